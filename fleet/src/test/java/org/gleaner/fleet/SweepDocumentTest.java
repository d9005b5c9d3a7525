package org.gleaner.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.fleet.plan.Sweep;
import org.gleaner.fleet.plan.SweepReader;
import org.gleaner.fleet.point.Answer;
import org.gleaner.fleet.point.Command;
import org.gleaner.fleet.spark.SweepTable;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.input.Input;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `docs/sweeps.md` shows is what its sweep's commands print.
@Tag("long")
final class SweepDocumentTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir Path directory;

    private static String block(String document, String language) {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(document);
        assertThat(block.find()).as(language).isTrue();
        return block.group(1);
    }

    @Test
    void theTableIsThatOfItsCommands() throws IOException {
        String document = Files.readString(ROOT.resolve("docs/sweeps.md"));
        Path file = Files.writeString(directory.resolve("sweep.yaml"), block(document, "yaml"));
        Sweep sweep = SweepReader.read(file, Input.ofProcess());
        Command command = new Command(ROOT, Executors.standard());
        assertThat(sweep.points()).isEqualTo(8);
        assertThat(document).contains("results/sweep-sweep-" + sweep.hash().substring(0, 8));
        for (long index = 0; index < sweep.points(); index++) {
            List<String> words = sweep.point(index).words();
            Answer answer = command.run(words, () -> false);
            SweepTable.Line line =
                    new SweepTable.Line(
                            index,
                            sweep.point(index).values(),
                            answer.figures(),
                            answer.failures(),
                            "gleaner " + String.join(" ", words));
            SweepTable table =
                    new SweepTable(
                            "sweep",
                            8,
                            8,
                            List.of("kernel", "lru", "memory"),
                            sweep.figures(),
                            List.of(line),
                            List.of(),
                            List.of());
            String row =
                    SweepText.of(table)
                            .lines()
                            .filter(each -> each.startsWith(line.point() + " "))
                            .findFirst()
                            .orElseThrow();
            assertThat(document.replaceAll(" +", " ")).contains(row.replaceAll(" +", " "));
        }
    }
}
