package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceRecordCommandTest {

    @TempDir Path directory;

    @Test
    void whatDoesNotGoTogetherIsRefused() {
        refused("gleaner: nothing to record; try 'gleaner trace record -- sqlite3 my.db .schema'");
        refused("gleaner: --every: is of --pid; leave it out", "--every", "1s", "--", "ls");
        refused(
                "gleaner: --pid: records a process that runs; leave out the command",
                "--pid",
                "1",
                "ls");
        refused("gleaner: --window: is of a command; leave it out", "--pid", "1", "--window", "9");
        refused("gleaner: --records: 0 is out of range; give more", "--records", "0", own());
        refused("gleaner: --window: 0 is out of range", "--window", "0", own());
        refused("gleaner: --for: 0 is out of range; give more", "--for", "0s", own());
        refused("gleaner: --for: 'soon' is no length of time", "--for", "soon", own());
        refused("gleaner: --every: 1us is too short", "--pid", "1", "--every", "1us");
        refused(
                "gleaner: --for: 1s is less than one interval of 2s; give more",
                "--pid",
                "1",
                "--every",
                "2s",
                "--for",
                "1s");
        refused("gleaner: --pid 99999999999: no such process; see 'ps -e'", "--pid", "99999999999");
        refused("gleaner: ls: is no qemu-system-...; give the whole command", "--vm", "ls");
        refused("gleaner: no-such-program: no such program on PATH", "--", "no-such-program");
    }

    @Test
    void whatComesAfterTheProgramsNameIsItsOwn() {
        refused("gleaner: no-such-program: no such program on PATH", "no-such-program", "--vm");
    }

    @Test
    void aLiveProcessIsRecordedAndItsTraceSaysHow() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/clear_refs")), "no /proc/PID/clear_refs");
        Path file = directory.resolve("own.gpt");
        String pid = Long.toString(ProcessHandle.current().pid());
        Session session = new Session(directory);
        int code =
                session.run(
                        "trace",
                        "record",
                        "--pid",
                        pid,
                        "--by",
                        "smaps",
                        "--every",
                        "100ms",
                        "--for",
                        "300ms",
                        "-o",
                        file.toString());

        assertThat(code).as(session.err()).isEqualTo(ExitCodes.DONE);
        assertThat(session.out())
                .containsPattern(" in [123] intervals of 100ms")
                .contains("level region: accesses rebuilt from regions")
                .contains("accesses by /proc/PID/clear_refs and smaps: one VMA; ")
                .contains("not used: idle page tracking (")
                .contains("cost to it: an interval: ");
        Session info = new Session(directory);
        assertThat(info.run("trace", "info", file.toString())).isEqualTo(ExitCodes.DONE);
        assertThat(info.out())
                .contains("level: page region")
                .contains("resolution       one VMA; ")
                .contains("observer-cost    an interval: ");
        Session again = new Session(directory);
        assertThat(again.run("trace", "record", "--pid", pid, "-o", file.toString()))
                .isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(again.err()).contains("own.gpt: is there already; name a new file");
    }

    private String own() {
        return ProcessHandle.current().info().command().orElse("java");
    }

    private void refused(String message, String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "trace";
        all[1] = "record";
        System.arraycopy(words, 0, all, 2, words.length);
        Session session = new Session(directory);
        int code = session.run(all);
        assertThat(session.err()).startsWith(message).hasLineCount(1);
        assertThat(code).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.out()).isEmpty();
    }
}
