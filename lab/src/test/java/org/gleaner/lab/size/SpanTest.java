package org.gleaner.lab.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.lab.BadInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SpanTest {

    @ParameterizedTest
    @CsvSource({
        "0s, 0",
        "2s, 2000000000",
        "1.5s, 1500000000",
        "500ms, 500000000",
        "20 us, 20000",
        "100ns, 100",
        "0.5ns, 0"
    })
    void aNumberWithAUnit(String text, long nanos) {
        assertThat(Span.parse(text).nanos()).isEqualTo(nanos);
    }

    @Test
    void isShownAsWritten() {
        assertThat(Span.parse(" 1.50s ")).hasToString("1.50s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "s", "-1s", "2m", "2 sec", "1e3s", "9999999999s"})
    void theRestIsRefused(String text) {
        assertThatThrownBy(() -> Span.parse(text))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("is no length of time; write 2s, 500ms, 20us or 100ns");
    }
}
