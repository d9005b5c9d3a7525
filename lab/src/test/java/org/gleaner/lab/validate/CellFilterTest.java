package org.gleaner.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CellFilterTest {

    private static final List<RealRuns> CELLS =
            List.of(
                    runs("6.1", "zipf", "classic"),
                    runs("6.12", "zipf", "mglru"),
                    runs("6.12", "loop", "mglru"),
                    runs("7.2", "zipf", "mglru"));

    private static RealRuns runs(String kernel, String trace, String mode) {
        Cell cell =
                new Cell(
                        kernel, trace, mode, "anon", "zram", 0, 0, 64, "never", RealMachine.UNSAID);
        return new RealRuns(cell, "t.csv, line 2", 1, 1, 1, Map.of(), Map.of());
    }

    private static List<String> chosen(String... words) {
        return CellFilter.ofReplays(List.of(words)).of(CELLS).stream()
                .map(runs -> runs.cell().kernel() + " " + runs.cell().trace())
                .toList();
    }

    @Test
    void valuesOfOneColumnAreAlternatives() {
        assertThat(chosen("kernel=6.12")).containsExactly("6.12 zipf", "6.12 loop");
        assertThat(chosen("kernel=6.12", "trace=zipf")).containsExactly("6.12 zipf");
        assertThat(chosen("kernel=6.1,kernel=7.2, mem_pages=64"))
                .containsExactly("6.1 zipf", "7.2 zipf");
    }

    @Test
    void whatMatchesNothingIsNamed() {
        assertThatThrownBy(() -> chosen("kernel=6.6"))
                .hasMessage("no row has kernel=6.6; the table has 6.1, 6.12, 7.2");
        assertThatThrownBy(() -> chosen("kernel=6.1,mode=mglru"))
                .hasMessage("no row has all of these; ask for less");
        assertThatThrownBy(() -> chosen("kernal=6.1"))
                .hasMessage("no column 'kernal'; did you mean 'kernel'?");
        assertThatThrownBy(() -> chosen("6.1")).hasMessageStartingWith("'6.1' is no COLUMN=VALUE");
    }
}
