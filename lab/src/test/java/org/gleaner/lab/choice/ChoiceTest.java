package org.gleaner.lab.choice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.lab.BadInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChoiceTest {

    @Test
    void labelsAreTheWordsOfTheContract() {
        assertThat(Choice.labels(AgingChoice.class))
                .containsExactly(
                        "locked-flush",
                        "locked",
                        "v1",
                        "v2",
                        "v3",
                        "v5-fast-only",
                        "v6-fast-only",
                        "merged",
                        "two-bitmaps",
                        "v1-as-posted",
                        "v2-as-reviewed",
                        "v3-as-posted");
        assertThat(Choice.of(Kernel.class, "6.12").aging()).isEqualTo(AgingChoice.LOCKED);
    }

    @Test
    void anUnknownWordGetsTheNearestOrTheList() {
        assertThatThrownBy(() -> Choice.of(Lru.class, "mlgru"))
                .isInstanceOf(BadInput.class)
                .hasMessage("'mlgru' is not one of mglru, classic; did you mean 'mglru'?");
        assertThatThrownBy(() -> Choice.of(Lru.class, "fifo"))
                .hasMessage("'fifo' is not one of mglru, classic; give one of them");
    }

    @Test
    void lruGenReadsWhatTheKernelReads() {
        assertThat(LruGenChoice.parse("y")).isEqualTo(LruGenChoice.ALL).hasToString("0xf");
        assertThat(LruGenChoice.parse("0x0003").bits()).isEqualTo(3);
        assertThat(LruGenChoice.parse("5")).hasToString("0x5");
        assertThat(LruGenChoice.parse("0x000F").bits()).isEqualTo(15);
        assertThat(LruGenChoice.parse("008").bits()).isEqualTo(8);
        assertThat(LruGenChoice.parse("15").bits()).isEqualTo(15);
        assertThat(LruGenChoice.parse("n").enabled()).isFalse();
        assertThat(LruGenChoice.parse("0x6").enabled()).isFalse();
    }

    @Test
    void theBitOfTheSeriesIsShownWhereTheDesignHasIt() {
        assertThat(LruGenChoice.ALL.shownWith(AgingChoice.LOCKED)).hasToString("0x7");
        assertThat(LruGenChoice.ALL.shownWith(AgingChoice.MERGED)).hasToString("0x7");
        assertThat(LruGenChoice.ALL.shownWith(AgingChoice.V3)).hasToString("0xf");
        assertThat(new LruGenChoice(7).shownWith(AgingChoice.V3)).hasToString("0x7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "16", "0x", "-1", "yes", "7 7", "0b1", "0x10"})
    void lruGenRefusesTheRest(String text) {
        assertThatThrownBy(() -> LruGenChoice.parse(text)).isInstanceOf(BadInput.class);
    }
}
