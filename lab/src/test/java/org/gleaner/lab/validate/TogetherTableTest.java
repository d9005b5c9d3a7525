package org.gleaner.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.input.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TogetherTableTest {

    private static final String HEADING =
            "kernel,traces,mode,kind,turn,mem_pages,high,low,max,accesses,distinct,boot,majflt,"
                    + "pgscan,pgsteal\n";

    @TempDir Path directory;

    private List<TogetherRuns> read(String... lines) throws IOException {
        return TogetherTable.read(TableText.in(directory, lines), Input.ofProcess());
    }

    @Test
    void bootsOfOneSettingAreOneCellWithBandsOfEachAndOfAll() throws IOException {
        List<TogetherRuns> cells =
                read(
                        HEADING,
                        "6.12,a+b,mglru,kvm,64,100,0+50,9+0,0+0,7+8,5+6,1,10+30,1+1,2+2\n",
                        "6.12,a+b,mglru,anon,64,100,0+50,9+0,0+0,7+8,5+6,1,10+30,1+1,2+2\n",
                        "\n",
                        "6.12,a+b,mglru,kvm,64,100,0+50,9+0,0+0,7+8,5+6,2,20+25,1+1,2+2\n");

        assertThat(cells).hasSize(2);
        TogetherRuns first = cells.getFirst();
        assertThat(first.runs()).isEqualTo(2);
        assertThat(first.accesses()).containsExactly(7L, 8L);
        assertThat(first.distinctPages()).containsExactly(5L, 6L);
        assertThat(first.guests().get(0))
                .containsEntry(ReclaimCounter.PGMAJFAULT, new Band(10, 20));
        assertThat(first.guests().get(1))
                .containsEntry(ReclaimCounter.PGMAJFAULT, new Band(25, 30));
        // of the sums of each boot, and not of the least and most of each
        assertThat(first.all()).containsEntry(ReclaimCounter.PGMAJFAULT, new Band(40, 45));
        TogetherCell cell = first.cell();
        assertThat(cell.lru()).isEqualTo(Lru.MGLRU);
        assertThat(cell.through()).isEqualTo(Through.KVM);
        assertThat(cell.backing()).isEqualTo(Backing.ANON);
        assertThat(cell).hasToString("6.12 a low 9 + b high 50 100p mglru kvm turns of 64");
    }

    @Test
    void rowsAreChosenByTheirColumns() throws IOException {
        List<TogetherRuns> cells =
                read(
                        HEADING,
                        "6.12,a+b,mglru,kvm,64,100,0+0,9+0,0+0,7+8,5+6,1,10+30,1+1,2+2\n",
                        "7.2,a+b,mglru,kvm,64,100,0+0,0+0,0+0,7+8,5+6,1,10+30,1+1,2+2\n");
        assertThat(CellFilter.ofTogether(List.of("low=9+0")).of(cells)).hasSize(1);
        assertThatThrownBy(() -> CellFilter.ofTogether(List.of("traces=b+a")).of(cells))
                .hasMessageContaining("the table has a+b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "6.12,a+b,mglru,kvm,64,100,0,9+0,0+0,7+8,5+6,1,1+3,1+1,2+2 | high has 1 numbers for"
                        + " 2 traces",
                "6.12,a,mglru,kvm,64,100,0,0,0,7,5,1,1,1,2 | names no traces, two or more",
                "6.12,a+b,mglru,kvm,0,100,0+0,0+0,0+0,7+8,5+6,1,1+3,1+1,2+2 | mem_pages or turn is"
                        + " 0",
                "6.12,a+b,lru,kvm,64,100,0+0,0+0,0+0,7+8,5+6,1,1+3,1+1,2+2 | 'lru' is not one of",
                "6.12,a+b,mglru,vm,64,100,0+0,0+0,0+0,7+8,5+6,1,1+3,1+1,2+2 | 'vm' is not one of",
                "six,a+b,mglru,kvm,64,100,0+0,0+0,0+0,7+8,5+6,1,1+3,1+1,2+2 | kernel 'six'",
                "6.12,a+b,mglru,kvm,64,100,0+0,0+0,0+0,7+8,5+6,1,1+x,1+1,2+2 | majflt 'x' is no"
                        + " number",
                "6.12,a+b | 2 fields where the heading has 15",
            })
    void aBadLineIsNamed(String line, String message) {
        TableText.assertLineIsNamed(() -> read(HEADING, line), message);
    }

    @Test
    void aColumnThatIsMissingIsNamed() {
        assertThatThrownBy(() -> read(HEADING.replace("pgscan", "pgscam"), "x\n"))
                .hasMessageContaining("no column 'pgscan'; is 'pgscam' meant?");
        TableText.assertEmptinessIsNamed(this::read, HEADING);
    }
}
