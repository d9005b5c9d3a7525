package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Manual pages, and that help ends with examples.
final class ManualCommandTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir Path directory;

    private Path pages;

    @BeforeEach
    void written() {
        Session session = new Session(directory);
        session.home = ROOT;
        assertThat(session.run("manual", directory.toString())).as(session.err()).isZero();
        pages = directory.resolve("man/man1");
    }

    @Test
    void aPageForEachCommandAndAFileForEachShell() throws Exception {
        assertThat(names())
                .contains("gleaner.1", "gleaner-run.1", "gleaner-trace.1", "gleaner-trace-info.1")
                .doesNotContain("gleaner-info.1");
        assertThat(directory.resolve("bash-completion/completions/gleaner")).isNotEmptyFile();
        assertThat(directory.resolve("zsh/site-functions/_gleaner")).isNotEmptyFile();
        assertThat(directory.resolve("fish/vendor_completions.d/gleaner.fish")).isNotEmptyFile();
    }

    @Test
    void aPageHasWhatItsHelpHas() throws Exception {
        assertThat(page("gleaner-run.1"))
                .contains(".SH NAME\ngleaner\\-run \\- Run a scenario")
                .contains("\\fB\\-\\-scale\\fR=\\fI1/N\\fR")
                .contains("gleaner run neighbours \\-\\-set guests.0.high=50%\n")
                .contains(".BR gleaner (1)");
        assertThat(page("gleaner.1")).contains("\\fB68\\fR\nMaven is missing");
        assertThat(page("gleaner-replay.1")).contains("100% to 10% in ten steps");
    }

    @Test
    void everyCommandButHelpHasExamples() throws Exception {
        List<String> groups =
                List.of(
                        "gleaner-fleet.1",
                        "gleaner-trace.1",
                        "gleaner-scenario.1",
                        "gleaner-validate.1");
        for (String name : names()) {
            if (!name.equals("gleaner-help.1") && !groups.contains(name)) {
                assertThat(page(name)).as(name).contains(".SH EXAMPLES\n.nf\n");
            }
        }
    }

    @Test
    void troffHasNothingToSay() throws Exception {
        assumeThat(Path.of("/usr/bin/groff")).exists();
        for (String name : names()) {
            Process process =
                    new ProcessBuilder(
                                    "groff",
                                    "-Tutf8",
                                    "-Kutf8",
                                    "-man",
                                    "-ww",
                                    "-z",
                                    "-b",
                                    pages.resolve(name).toString())
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).as(name).isEmpty();
        }
    }

    @Test
    void whereNothingCanBeWritten() throws Exception {
        Path file = Files.createFile(directory.resolve("in the way"));
        Session session = new Session(directory);
        assertThat(session.run("manual", file.toString())).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err()).contains("in the way", "cannot be written").hasLineCount(1);
    }

    private String page(String name) throws IOException {
        return Files.readString(pages.resolve(name));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(pages)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
