package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is refused in the same words whichever command it is given to. What one command alone
/// refuses stands in its own test.
final class RefusedInputTest {

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void files() throws IOException {
        session = new Session(directory);
        session.home = Path.of("..").toAbsolutePath().normalize();
        Files.createDirectory(directory.resolve("dir"));
        Files.createFile(directory.resolve("empty"));
        Files.write(directory.resolve("rubbish"), new byte[] {(byte) 0x93, 7, (byte) 0xff, 0});
        Files.writeString(directory.resolve("host.yaml"), "host: {memory: 32MiB}\n");
        Files.writeString(directory.resolve("slip.yaml"), "host: {memroy: 32MiB}\n");
    }

    /// `@` stands for the directory with the files.
    private void refused(String line, String message) throws IOException {
        List<String> before = left();
        String[] words =
                Stream.of(line.split(" "))
                        .map(word -> word.replace("@", directory + "/").replace('_', ' '))
                        .toArray(String[]::new);
        assertThat(session.run(words)).as(Arrays.toString(words)).isEqualTo(2);
        assertThat(session.err().replace(directory + "/", "@"))
                .startsWith("gleaner: " + message)
                .contains("; ")
                .hasLineCount(1);
        assertThat(session.out()).isEmpty();
        assertThat(left()).as("what is left behind").isEqualTo(before);
    }

    private List<String> left() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.map(Path::toString).sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "run @%",
        "scenario check @%",
        "advise --host @% --vms sqlite --slo psi_some_<_1%",
        "fleet pack @% --host @host.yaml --scale 1/2 --slo psi_some_<_1%",
        "validate reclaim @%",
        "validate timing @%",
        "validate together @%"
    })
    void aTextThatCannotBeReadIsTold(String line) throws IOException {
        for (String[] each :
                new String[][] {
                    {"none", "@none: no such file; check the path"},
                    {"dir", "@dir: is a directory; name a"},
                    {"rubbish", "@rubbish: is not UTF-8 text; save it as UTF-8"},
                    {"empty", "@empty:1:1: nothing is written here; "},
                }) {
            boolean table = line.startsWith("validate") && each[0].equals("empty");
            session = new Session(directory);
            session.home = Path.of("..").toAbsolutePath().normalize();
            refused(line.replace("@%", "@" + each[0]), table ? "@empty: is empty; " : each[1]);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trace cold sqlite --promotions x | --promotions: 'x' is not a number; write it as",
                "trace cold sqlite --promotions NaN | --promotions: 'NaN' is not a number; write",
                "fleet population t.csv --returns 1e9999 | --returns: '1e9999' is not a number; ",
                "trace merge sqlite -o @new.gpt | TRACE: fewer than 2 are named; see 'gleaner trace"
                        + " merge --help'",
                "serve --results @empty/below | @empty/below: is below a file, ",
                "advise --host @slip.yaml --vms sqlite --slo psi_some_<_1% |"
                        + " @slip.yaml:1:8: unknown key 'memroy' in host; did you mean 'memory'?",
                "fleet pack @none --host @host.yaml --slo psi_some_<_1% |"
                        + " --host @host.yaml at scale 1/1024: 128KiB of the host's 32KiB kept free"
            },
            quoteCharacter = '"')
    void anOptionIsTold(String line, String message) throws IOException {
        refused(line, message);
    }

    @Test
    void aResultThatIsCutShortIsTold() throws IOException {
        Path result = Files.createDirectory(directory.resolve("result"));
        Files.writeString(result.resolve("result.json"), "{\n");
        refused("report @result", "@result/result.json:2: is no JSON (Unexpected end-of-input");
        assertThat(session.err()).doesNotContain("Source").contains("; name a directory");
    }
}
