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
        assertThat(Choice.labels(AgingDesign.class))
                .containsExactly(
                        "locked-flush",
                        "locked",
                        "v1",
                        "v2",
                        "v3",
                        "v5-fast-only",
                        "v6-fast-only",
                        "merged",
                        "two-bitmaps");
        assertThat(Choice.of(Kernel.class, "6.12").aging()).isEqualTo(AgingDesign.LOCKED);
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
        assertThat(LruGen.parse("y")).isEqualTo(LruGen.ALL).hasToString("0xf");
        assertThat(LruGen.parse("0x0003").bits()).isEqualTo(3);
        assertThat(LruGen.parse("5")).hasToString("0x5");
        assertThat(LruGen.parse("0x000F").bits()).isEqualTo(15);
        assertThat(LruGen.parse("008").bits()).isEqualTo(8);
        assertThat(LruGen.parse("15").bits()).isEqualTo(15);
        assertThat(LruGen.parse("n").enabled()).isFalse();
        assertThat(LruGen.parse("0x6").enabled()).isFalse();
    }

    @Test
    void theBitOfTheSeriesIsShownWhereTheDesignHasIt() {
        assertThat(LruGen.ALL.shownWith(AgingDesign.LOCKED)).hasToString("0x7");
        assertThat(LruGen.ALL.shownWith(AgingDesign.MERGED)).hasToString("0x7");
        assertThat(LruGen.ALL.shownWith(AgingDesign.V3)).hasToString("0xf");
        assertThat(new LruGen(7).shownWith(AgingDesign.V3)).hasToString("0x7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "16", "0x", "-1", "yes", "7 7", "0b1", "0x10"})
    void lruGenRefusesTheRest(String text) {
        assertThatThrownBy(() -> LruGen.parse(text)).isInstanceOf(BadInput.class);
    }
}
