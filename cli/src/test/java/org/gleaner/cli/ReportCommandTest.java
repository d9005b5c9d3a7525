package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportCommandTest {

    @TempDir Path directory;

    @Test
    void onePageIsMadeAgainAsTheRunWroteIt() throws IOException {
        Path out = result("out", "1");
        Path page = out.resolve("report.html");
        String written = Files.readString(page);
        Files.writeString(page, "spoilt");

        Session session = new Session(directory);
        assertThat(session.run("report", out.toString())).isZero();
        assertThat(page).hasContent(written);
        assertThat(session.out()).isEqualTo("page in " + page + "\n");
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "result.json", "report.txt", "report.html", "band.csv");
        }
    }

    @Test
    void twoAreComparedInANewFile() throws IOException {
        Path first = result("first", "1");
        Path second = result("second", "2");
        Path page = directory.resolve("both.html");

        Session session = new Session(directory);
        String[] both = {"report", first.toString(), second.toString(), "--out", page.toString()};
        assertThat(session.run(both)).isZero();
        assertThat(page).content().contains("\"difference\":");
        assertThat(new Session(directory).run(both)).isEqualTo(2);
    }

    @Test
    void whatIsNoResultIsOneLine() throws IOException {
        Path out = result("out", "1");
        line("none: is no directory; name a directory that gleaner wrote", "report", "none");
        line("--out: is missing; name a new file for the comparison", "report", out + "", "x");
        line(out + ": is there twice; name each once", "report", out + "", out + "/");
        Files.writeString(out.resolve("result.json"), "{");
        line("result.json:1: is no JSON", "report", out.toString());
    }

    private void line(String message, String... arguments) {
        Session session = new Session(directory);
        assertThat(session.run(arguments)).isEqualTo(2);
        assertThat(session.err()).startsWith("gleaner: ").contains(message).hasLineCount(1);
    }

    private Path result(String name, String seed) {
        Path out = directory.resolve(name);
        Session session = new Session(directory);
        assertThat(session.run("run", "--seed", seed, "-q", "--out", out.toString())).isZero();
        return out;
    }
}
