package org.gleaner.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gleaner.check.Explorer.Limits;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Trial;
import org.gleaner.check.program.Variant;
import org.gleaner.mm.aging.AgingDesign;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `docs/designs.md` says of each program and design what exploration says, as far as a test has
/// time for: what breaks is found, and what keeps is not called wrong. Each design has the roots of
/// its own kernel.
@Tag("long")
final class DesignsTest {
    private static final Limits SHORT = new Limits(3, TimeUnit.MILLISECONDS.toNanos(150), 2_000);

    /// One line of the table.
    private record Row(String program, List<String> verdicts) {
        @Override
        public String toString() {
            return program;
        }
    }

    private static List<List<String>> cells() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("../docs/designs.md"))) {
            if (line.startsWith("| ")) {
                rows.add(Stream.of(line.split("\\|")).skip(1).map(String::strip).toList());
            }
        }
        return rows;
    }

    private static Stream<Row> rows() throws IOException {
        return cells().stream()
                .skip(1)
                .map(c -> new Row(c.getFirst().replace("`", ""), c.subList(3, c.size())));
    }

    @Test
    void theTableHasEveryDesign() throws IOException {
        List<String> head = cells().getFirst();
        assertThat(head.subList(3, head.size()))
                .containsExactly(
                        Stream.of(AgingDesign.values())
                                .map(AgingDesign::id)
                                .toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theTableSaysWhatExplorationSays(Row row) {
        Program program = Catalogue.program(row.program());
        assertThat(program).as(row.program()).isNotNull();
        for (AgingDesign design : AgingDesign.values()) {
            Trial trial = new Trial(program, Variant.underDesign(design));
            Finding finding = Explorer.explore(trial, SHORT).finding();
            String said = finding == null ? "keeps" : "**breaks**";
            assertThat(said)
                    .as("%s under %s: %s", row.program(), design, finding)
                    .isEqualTo(row.verdicts().get(design.ordinal()));
        }
    }
}
