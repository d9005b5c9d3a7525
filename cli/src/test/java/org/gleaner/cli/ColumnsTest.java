package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gleaner.lab.scenario.ScenarioReader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What commands print for people is no wider than a terminal of 80 columns.
@Tag("long")
final class ColumnsTest {

    private static final int TERMINAL = 80;

    /// Commands to copy, and functions of call trees.
    private static final Pattern EXEMPT = Pattern.compile(".*: gleaner .*|[=> ]*[0-9.]+%  \\S+");

    @TempDir Path directory;

    static Stream<String> scenarios() {
        return ScenarioReader.BUNDLED.stream();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aRunFits(String scenario) throws Exception {
        Path kept = directory.resolve("kept");

        fits(printed("run " + scenario + " --scale 1/1024 -q --out " + kept));

        List<String> report = Files.readAllLines(kept.resolve("report.txt"));
        assertThat(report.getFirst()).contains("gleaner run");
        fits(String.join("\n", report.subList(1, report.size())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replay loop --memory 50% -q --verbose",
                "replay loop zipf --memory 50%,70% --kernel 6.12,6.18 -q --verbose",
                "replay loop --memory 50% --compare mglru,classic -q --verbose",
                "replay loop --memory 50% --policy opt,lru --sample 1/2 -q",
                "replay loop --curve -q",
                "check age-zap two-faults -q",
                "check --list",
                "fleet info ../traces/fleet/task_usage.csv",
                "fleet info ../traces/fleet/vmtable.csv",
                "trace cold loop cc1 --pace 3000",
                "trace info loop cc1",
                "trace formats",
                "scenario list",
                "scenario check max-guest-memory neighbours architectures spark-vm",
                "torture --seconds 3 -q",
                "validate timing --only OU1 --scale 1/1024 -q",
                "validate reclaim --only trace=zipf,kernel=6.12,mode=mglru --seeds 1 -q",
            })
    void aCommandFits(String command) {
        fits(printed(command));
    }

    @Test
    void whatIsInterruptedFits() {
        Session session = session();
        session.interrupted.set(true);

        session.run("check", "-q");

        assertThat(session.out()).startsWith("INCOMPLETE");
        fits(session.out());
    }

    private Session session() {
        Session session = new Session(directory);
        session.home = Path.of("..").toAbsolutePath().normalize();
        session.standardExecutors = true;
        return session;
    }

    private String printed(String command) {
        Session session = session();
        assertThat(session.run(command.split(" ")))
                .as("%s%n%s", command, session.err())
                .isIn(ExitCodes.DONE, ExitCodes.FAILED);
        assertThat(session.out()).isNotBlank();
        return session.out();
    }

    private static void fits(String text) {
        assertThat(text.lines().filter(line -> !EXEMPT.matcher(line).matches()))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(TERMINAL));
    }
}
