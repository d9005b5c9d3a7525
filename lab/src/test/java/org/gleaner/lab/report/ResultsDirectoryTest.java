package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.report.ResultsDirectory.Page;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultsDirectoryTest {

    private static final Map<String, FileText> FILES =
            Map.of("result.json", FileText.of("{}"), "report.txt", FileText.of("x"));

    private static final Page PAGE = new Page("report.html", ResultsDirectoryTest::page);

    @TempDir Path directory;

    @Test
    void writesAllFilesAndLeavesNothingElse() throws IOException {
        Path out = directory.resolve("a/b/out");

        assertThat(ResultsDirectory.at(out).write(FILES, PAGE)).isEqualTo(out);
        assertThat(out.resolve("result.json")).hasContent("{}");
        assertThat(out.resolve("report.txt")).hasContent("x");
        assertThat(names(out.getParent())).containsExactly("out");
    }

    @Test
    void thePageIsMadeOfTheOtherFiles() {
        Path out = ResultsDirectory.at(directory.resolve("out")).write(FILES, PAGE);
        assertThat(out.resolve("report.html")).hasContent("shows {}");
    }

    @Test
    void aPageThatCannotBeMadeTakesNothingWithIt() throws IOException {
        Path out = directory.resolve("out");
        Page broken =
                new Page(
                        "report.html",
                        _ -> {
                            throw new IllegalStateException("no page");
                        });
        assertThatThrownBy(() -> ResultsDirectory.at(out).write(FILES, broken))
                .hasMessage("no page");
        assertThat(names(out)).containsExactlyInAnyOrder("result.json", "report.txt");
    }

    @Test
    void nothingIsThereBeforeItIsWritten() throws IOException {
        ResultsDirectory.at(directory.resolve("out"));
        assertThat(names(directory)).isEmpty();
    }

    /// The right to write is there, and all the same it cannot be written.
    @Test
    void whatCannotBeMadeIsToldBeforeTheRun() {
        Path out = directory.resolve("x".repeat(250));
        assertThatThrownBy(() -> ResultsDirectory.at(out))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("cannot be written");
        assertThatThrownBy(() -> ResultsDirectory.numbered(out)).isInstanceOf(BadInput.class);
    }

    @Test
    void anEmptyDirectoryIsTaken() throws IOException {
        Path out = Files.createDirectory(directory.resolve("out"));
        ResultsDirectory.at(out).write(FILES, PAGE);
        assertThat(names(out))
                .containsExactlyInAnyOrder("result.json", "report.txt", "report.html");
    }

    @Test
    void whatIsThereIsNotOverwritten() throws IOException {
        Path out = Files.createDirectory(directory.resolve("out"));
        Files.writeString(out.resolve("mine"), "");
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> ResultsDirectory.at(out))
                .isInstanceOf(BadInput.class)
                .hasMessage(out + ": is there already; name a new directory");
        assertThatThrownBy(() -> ResultsDirectory.at(file)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> ResultsDirectory.at(file.resolve("x")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    void whatAppearedMeanwhileIsNotOverwritten() throws IOException {
        Path out = directory.resolve("out");
        ResultsDirectory results = ResultsDirectory.at(out);
        Files.createDirectory(out);
        Files.writeString(out.resolve("mine"), "");

        assertThatThrownBy(() -> results.write(FILES, PAGE)).isInstanceOf(BadInput.class);
        assertThat(names(directory)).containsExactly("out");
        assertThat(names(out)).containsExactly("mine");
    }

    @Test
    void numberedTakesTheFirstFreeName() throws IOException {
        Path base = directory.resolve("results/max-s1");
        for (int i = 0; i < 3; i++) {
            ResultsDirectory.numbered(base).write(FILES, PAGE);
        }
        assertThat(names(base.getParent()))
                .containsExactlyInAnyOrder("max-s1", "max-s1-2", "max-s1-3");
    }

    @Test
    void aRelativeNameStaysRelative() {
        Path base =
                Path.of("").toAbsolutePath().relativize(directory.toAbsolutePath()).resolve("r");

        assertThat(ResultsDirectory.numbered(base).write(FILES, PAGE)).isEqualTo(base);
        assertThat(ResultsDirectory.numbered(base).write(FILES, PAGE))
                .isEqualTo(base.resolveSibling("r-2"));
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static String page(Path draft) {
        try {
            return "shows " + Files.readString(draft.resolve("result.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
