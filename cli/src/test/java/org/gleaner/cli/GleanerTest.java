package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.gleaner.machine.Capacity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GleanerTest {

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void fresh() {
        session = new Session(directory);
    }

    @Test
    void withoutACommandItSaysWhatToTry() {
        assertThat(session.run()).isEqualTo(2);
        assertThat(session.err())
                .isEqualTo("gleaner: no command given; try 'gleaner run' or 'gleaner --help'\n");
    }

    @Test
    void anUnknownCommandGetsTheNearest() {
        assertThat(session.run("replya", "x")).isEqualTo(2);
        assertThat(session.err())
                .isEqualTo("gleaner: replya: no such command; did you mean 'replay'?\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "help", "help run", "run --help", "run -h"})
    void helpIsOnStandardOutput(String line) {
        assertThat(session.run(line.split(" "))).isZero();
        assertThat(session.out()).contains("Usage: gleaner");
        assertThat(session.err()).isEmpty();
    }

    @Test
    void versionNamesTheJava() {
        assertThat(session.run("--version")).isZero();
        assertThat(session.out()).startsWith("gleaner ").contains(" on Java ");
    }

    @Test
    void helpListsTheExitCodes() {
        session.run("--help");
        assertThat(session.out()).contains("Exit codes:").contains("3    interrupted");
    }

    @Test
    void aFaultOfOurOwnIsOneLineAndAFile() throws IOException {
        crash(new IllegalStateException("two\nlines"));
        assertThat(session.err())
                .startsWith(
                        "gleaner: internal error: java.lang.IllegalStateException: two lines;"
                                + " the stack trace is in "
                                + directory);
        assertThat(crashFile())
                .content()
                .contains("arguments: [replay, ")
                .contains("at org.gleaner.cli.");
    }

    @Test
    void anErrorIsOneLineAndAFileToo() throws IOException {
        crash(new AssertionError("broken"));
        assertThat(session.err()).contains("internal error: java.lang.AssertionError: broken");
        assertThat(crashFile()).exists();
    }

    @Test
    void whatThereIsNoRoomForIsTheInputsFault() throws IOException {
        assertThat(
                        replayThat(
                                catchThrowableOfType(
                                        Capacity.Exceeded.class,
                                        () ->
                                                Capacity.check(
                                                        "page frames", 5_000_000_000L, 1, 9_999))))
                .isEqualTo(2);
        assertThat(session.err())
                .isEqualTo(
                        "gleaner: page frames: 5,000,000,000 is out of range, 1 to 9,999; ask for"
                                + " less\n");
    }

    @Test
    void aHeapThatIsTooSmallIsTheInputsFault() throws IOException {
        assertThat(replayThat(new OutOfMemoryError("Java heap space"))).isEqualTo(2);
        assertThat(session.err())
                .matches(
                        "gleaner: needs more memory than the [0-9.]+[MG]iB that Java may use; set"
                                + " GLEANER_JAVA_OPTS=-Xmx\\d+g, or ask for less\n");
        assertThat(directory).isDirectoryNotContaining("glob:**.txt");
    }

    private void crash(Throwable fault) throws IOException {
        assertThat(replayThat(fault)).isEqualTo(70);
        assertThat(session.err()).hasLineCount(1);
        assertThat(session.out()).isEmpty();
    }

    private int replayThat(Throwable fault) throws IOException {
        Path trace = Files.write(directory.resolve("t.u32"), new byte[4]);
        session.onReplay =
                () -> {
                    switch (fault) {
                        case Error error -> throw error;
                        case RuntimeException exception -> throw exception;
                        default -> throw new AssertionError(fault);
                    }
                };
        return session.run("replay", trace.toString(), "--memory", "1p");
    }

    private Path crashFile() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> crashes =
                    files.filter(file -> file.getFileName().toString().startsWith("gleaner-crash"))
                            .toList();
            assertThat(crashes).hasSize(1);
            return crashes.getFirst();
        }
    }
}
