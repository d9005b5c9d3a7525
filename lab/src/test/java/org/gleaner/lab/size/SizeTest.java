package org.gleaner.lab.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.lab.BadInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SizeTest {

    @ParameterizedTest
    @CsvSource({
        "256GiB, 274877906944",
        "64M, 67108864",
        "64MiB, 67108864",
        "1.5G, 1610612736",
        "16384p, 67108864",
        "4096B, 4096",
        "2 tib, 2199023255552",
        "64TiB, 70368744177664",
        "50%, 5000",
        "12.5%, 1250",
        "200%, 20000"
    })
    void readsEveryForm(String text, long bytes) {
        assertThat(Size.parse(text).bytes(10_000)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"50%, 4436", "25%, 2218", "16384p, 16384", "8191B, 1"})
    void pagesAreRoundedDown(String text, long pages) {
        assertThat(Size.parse(text).pages(8873)).isEqualTo(pages);
    }

    @ParameterizedTest
    @ValueSource(strings = {"256GiB", "64MiB", "16KiB", "4097B", "12.5%", "1023GiB"})
    void writesWhatItReads(String text) {
        assertThat(Size.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "0p",
                "0GiB",
                "0%",
                "0.1B",
                "65TiB",
                "99999999999999999999T",
                "1001%",
                "-1G",
                "64",
                "64GB",
                "64X",
                "64GiBs",
                "64Bi",
                "G",
                "",
                "%",
                "1e9B",
                "0x10p",
                "64,5M",
                "123456789012345678901p"
            })
    void refusesEverythingElseOnOneLine(String text) {
        assertThatThrownBy(() -> Size.parse(text))
                .isInstanceOf(BadInput.class)
                .hasMessageMatching("[^\\n]+; [^\\n]+");
    }

    @Test
    void refusalsSayWhatToWrite() {
        assertThatThrownBy(() -> Size.parse("64GB")).hasMessageContaining("write 64GiB");
        assertThatThrownBy(() -> Size.parse("16384")).hasMessageContaining("write 16384p");
        assertThatThrownBy(() -> Size.parse("65TiB"))
                .hasMessage("65TiB is more than 64TiB; give 64TiB or less");
        assertThatThrownBy(() -> Size.parse("0M"))
                .hasMessage("0M is no memory at all; give one page (4KiB) or more");
        assertThatThrownBy(() -> Size.parse("4095B").pages(1))
                .hasMessageContaining("less than one page");
        assertThatThrownBy(() -> Size.parse("1%").pages(99))
                .hasMessageContaining("less than one page");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0B",
        "1023, 1023B",
        "4096, 4KiB",
        "5632, 5.5KiB",
        "273734942720, 254.9GiB",
        "70368744177664, 64TiB"
    })
    void approximatesForPeople(long bytes, String text) {
        assertThat(Size.approximately(bytes)).isEqualTo(text);
    }

    @Test
    void scalesToWholePages() {
        Scale scale = Scale.parse("1/64");
        assertThat(Size.parse("256GiB").scaled(scale)).hasToString("4GiB");
        assertThat(Size.parse("65p").scaled(scale)).hasToString("4KiB");
        assertThat(Size.parse("4096B").scaled(scale)).hasToString("4KiB");
        assertThat(Size.parse("50%").scaled(scale)).hasToString("50%");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2", "1/0", "0/4", "5/4", "1/2097152", "-1/4", "1/", "0.5", "x"})
    void refusesBadScales(String text) {
        assertThatThrownBy(() -> Scale.parse(text)).isInstanceOf(BadInput.class);
    }

    @Test
    void scaleIsExact() {
        assertThat(Scale.parse("1")).isEqualTo(Scale.FULL).hasToString("1");
        assertThat(Scale.parse("3/4").of(Long.MAX_VALUE)).isEqualTo(6917529027641081855L);
        assertThat(Scale.parse("1/64")).hasToString("1/64");
    }
}
