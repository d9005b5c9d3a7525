package org.gleaner.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ScheduleStringTest {
    @Test
    void isWhatItWasParsedFrom() {
        assertThat(ScheduleString.parse("b22c61b4")).hasToString("b22c61b4");
        assertThat(ScheduleString.parse("cB3")).hasToString("cB3");
        assertThat(ScheduleString.parse("")).hasToString("");
    }

    @Test
    void countsSwitches() {
        assertThat(ScheduleString.parse("b22c61b4").switches()).isEqualTo(2);
        assertThat(ScheduleString.parse("").switches()).isZero();
    }

    @Test
    void saysWhereItIsWrong() {
        assertThatThrownBy(() -> ScheduleString.parse("b2?3"))
                .hasMessage("'?3' is no block such as a12");
        assertThatThrownBy(() -> ScheduleString.parse("b12345678"))
                .hasMessageContaining("b12345678");
    }

    @Test
    void aRunIsWrittenAsBlocks() {
        assertThat(ScheduleString.of(new int[] {1, 1, 0, 2, 2, 2, 9}, 6)).isEqualTo("b2a1c3");
    }
}
