package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("long")
final class CheckCommandTest {

    /// What an end may take, on a machine that does other things too.
    private static final long LATENCY = 3_000_000_000L;

    private static final long MILLISECOND = 1_000_000L;
    private static final long AWHILE = 200 * MILLISECOND;

    @TempDir Path directory;

    /// When the user interrupted.
    private volatile long raised;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void fresh() {
        session = new Session(directory);
    }

    @Test
    void aProgramBringsItsBugsAndIsRight() {
        assertThat(session.run("check", "dirty-zap", "-q")).isZero();
        assertThat(session.out())
                .contains("dirty-by-store")
                .contains("1 of 1 bugs found; 1 of 1 programs hold")
                .contains("replay: gleaner check dirty-zap/dirty-by-store --schedule");
        assertThat(session.err()).isEmpty();
    }

    @Test
    void jsonHasOneObjectForEachSearch() {
        assertThat(session.run("check", "dirty-zap", "--json", "-q")).isZero();
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("asExpected").booleanValue()).isTrue();
        assertThat(json.get("searches")).hasSize(2);
        JsonNode bug = json.get("searches").get(1);
        assertThat(bug.get("verdict").stringValue()).isEqualTo("found");
        assertThat(bug.get("contextSwitches").intValue()).isLessThanOrEqualTo(6);
    }

    @Test
    void aScheduleIsReplayed() {
        int code = session.run("check", "dirty-zap/dirty-by-store", "--schedule", "b1a2b1", "-q");
        assertThat(code).isZero();
        assertThat(session.out()).contains("lost update").contains("2 context switches");
    }

    @Test
    void aScheduleThatDoesNotShowTheBugThatIsNamedFails() {
        int code = session.run("check", "dirty-zap/dirty-by-store", "--schedule", "a2b2", "-q");
        assertThat(code).isEqualTo(ExitCodes.FAILED);
        assertThat(session.out())
                .contains("NOT SHOWN")
                .endsWith("\nthis schedule does not show the bug\n");
    }

    @Test
    void aScheduleThatBreaksNothingIsNoFailure() {
        assertThat(session.run("check", "dirty-zap", "--schedule", "b1a2b1", "-q")).isZero();
        assertThat(session.out())
                .contains("not broken")
                .doesNotContain("holds")
                .endsWith("\nthis schedule breaks nothing; others may\n");
    }

    /// Also where no schedule is needed, because the bug shows in any.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "non-leaf-trusted -q",
                "dirty-by-store -q",
                "two-vms -q --design v2",
                "dirty-by-store -q --seed 3"
            })
    void theCommandThatIsPrintedShowsTheFindingAgain(String line) {
        int code = session.run(("check " + line).split(" "));
        Matcher command = Pattern.compile("replay: gleaner (.+)\n").matcher(session.out());
        assertThat(command.find()).isTrue();
        fresh();
        assertThat(session.run(command.group(1).split(" "))).as(session.err()).isEqualTo(code);
        assertThat(session.out()).contains(command.group());
    }

    @Test
    void whatIsMissingIsNamedAsItCanBeAskedFor() {
        session.interrupted.set(true);
        session.run("check", "two-vms", "--design", "v2", "-q");
        assertThat(session.out()).contains("missing: two-vms\n");
    }

    @Test
    void findingsHavePages() {
        Path out = directory.resolve("kept");
        assertThat(session.run("check", "dirty-zap", "-q", "--out", out.toString())).isZero();
        assertThat(out.resolve("result.json")).exists();
        assertThat(out.resolve("report.html")).content().contains("dirty-by-store");
    }

    @Test
    void aReportSaysFirstThatItIsComplete() {
        assertThat(session.run("check", "dirty-zap", "-q")).isZero();
        assertThat(session.out()).startsWith("complete: 2 of 2 searches\n");
        fresh();
        assertThat(session.run("check", "dirty-zap", "--json", "-q")).isZero();
        assertThat(session.out().lines().map(String::strip).limit(7))
                .containsExactly(
                        "{",
                        "\"resultFormat\" : 1,",
                        "\"complete\" : true,",
                        "\"asked\" : 2,",
                        "\"finished\" : 2,",
                        "\"missing\" : [ ],",
                        "\"command\" : \"gleaner check dirty-zap --json -q\",");
    }

    /// The search of two-faults takes some seconds.
    @Test
    @Timeout(60)
    void anInterruptEndsASearchAndKeepsTheOthers() throws Exception {
        Path out = directory.resolve("kept");
        Thread user = interruptAfter("searches: dirty-zap/dirty-by-store");
        String[] line = {"check", "dirty-zap", "two-faults", "--json", "--out", out.toString()};
        assertThat(session.run(line)).isEqualTo(ExitCodes.INTERRUPTED);
        assertThat(System.nanoTime() - raised).isLessThan(LATENCY);
        user.join();

        assertThat(session.out().lines().map(String::strip).limit(6))
                .containsExactly(
                        "{",
                        "\"resultFormat\" : 1,",
                        "\"complete\" : false,",
                        "\"asked\" : 3,",
                        "\"finished\" : 2,",
                        "\"missing\" : [ \"two-faults\" ],");
        JsonNode searches = JsonMapper.shared().readTree(session.out()).get("searches");
        assertThat(searches.get(2).get("verdict").stringValue()).isEqualTo("unfinished");
        assertThat(searches.get(2).get("exhausted").booleanValue()).isFalse();
        assertThat(searches.get(2).get("schedules").longValue()).isPositive();
        assertThat(searches.get(0).get("verdict").stringValue()).isEqualTo("holds");
        assertThat(searches.get(1).get("verdict").stringValue()).isEqualTo("found");
        assertThat(out.resolve("result.json")).hasContent(session.out());
        assertThat(out.resolve("report.txt"))
                .content()
                .startsWith("gleaner check dirty-zap two-faults --json --out ")
                .contains("\nINCOMPLETE (interrupted): 2 of 3 searches; missing: two-faults\n")
                .containsPattern("two-faults +unfinished +3 +\\d+")
                .containsPattern("\nINCOMPLETE: 1 of 1 bugs found; 1 of 2 programs hold; .*\n$");
        assertThat(out.resolve("report.html")).exists();
    }

    @Test
    void anInterruptBeforeTheFirstSearchStillSaysWhatIsMissing() {
        Path out = directory.resolve("kept");
        session.interrupted.set(true);
        assertThat(session.run("check", "-q", "--out", out.toString()))
                .isEqualTo(ExitCodes.INTERRUPTED);
        assertThat(session.out())
                .containsPattern(
                        "^INCOMPLETE \\(interrupted\\): 0 of \\d+ searches; missing: age-zap,\n  ")
                .containsPattern(" and \\d+ more\n")
                .contains("not begun")
                .containsPattern("INCOMPLETE: 0 of \\d+ bugs found; 0 of \\d+ programs hold");
        assertThat(out.resolve("report.txt")).content().endsWith("\n" + session.out());
        assertThat(session.err()).isEqualTo("gleaner: interrupted; nothing was finished\n");
    }

    @Test
    void randomSchedulesThatFindNothingAreNoFailure() {
        assertThat(session.run("check", "dirty-zap", "--seed", "7", "-q")).isZero();
        assertThat(session.out())
                .containsPattern("dirty-zap +not broken +- +20000 ")
                .containsPattern("  dirty-by-store +found +- ")
                .contains("1 of 1 bugs found; 0 of 1 programs broken; ")
                .contains(" random schedules of seed 7 in")
                .endsWith("; a sample proves nothing\n");
    }

    @Test
    void aBugThatNoRandomScheduleShowsIsNotFoundAndNoFailure() {
        String[] line = {
            "check", "age-slot-delete/frozen-entry-altered", "--seed", "3", "--json", "-q"
        };
        assertThat(session.run(line)).isZero();
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("seed").longValue()).isEqualTo(3);
        JsonNode bug = json.get("searches").get(0);
        assertThat(bug.get("verdict").stringValue()).isEqualTo("not found");
        assertThat(bug.get("steps").intValue()).isPositive();
        assertThat(bug.get("exhausted").booleanValue()).isFalse();
    }

    @Test
    void randomSchedulesEndWhenInterrupted() throws Exception {
        Thread user = interruptAfter("searches: dirty-zap/dirty-by-store");
        String[] line = {"check", "dirty-zap", "two-faults", "--seed", "7", "--json"};
        assertThat(session.run(line)).isEqualTo(ExitCodes.INTERRUPTED);
        assertThat(System.nanoTime() - raised).isLessThan(LATENCY);
        user.join();
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("missing").toString()).contains("two-faults");
        JsonNode cut = json.get("searches").get(2);
        assertThat(cut.get("verdict").stringValue()).isEqualTo("unfinished");
        assertThat(cut.get("schedules").longValue()).isBetween(1L, 19_999L);
    }

    @Test
    void whatIsNamedTwiceRunsOnce() {
        session.run("check", "dirty-zap", "dirty-by-store", "dirty-zap", "--json", "-q");
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("searches")).hasSize(2);
        fresh();
        session.run("check", "two-vms", "two-vms", "--design", "v3", "--json", "-q");
        assertThat(JsonMapper.shared().readTree(session.out()).get("searches")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "age-zap/no-grace-period | age-zap has no bug 'no-grace-period'; it is in"
                        + " age-freed-root: give age-freed-root/no-grace-period",
                "dirty-zap --schedule zzz | --schedule: there is no actor z, but a (hardware),"
                        + " b (zap); a schedule is blocks such as b22c66b4: ",
                "dirty-zap --schedule b2? | --schedule: '?' is no block; a schedule is blocks such"
                        + " as b22c66b4: ",
                "dirty-zap --schedule b0 | --schedule: 'b0' is no block; ",
                "dirty-zap --schedule= | --schedule: is empty; ",
                "--schedule b2 | --schedule: is of one program; give PROGRAM or PROGRAM/BUG",
                "dirty-zap dirty-by-store --schedule b2 | --schedule: is of one program; ",
                "dirty-zap --schedule b2 --bound 2 | --bound: has no effect beside --schedule",
                "dirty-zap --schedule b2 --seed 2 | --seed: has no effect beside --schedule",
                "dirty-zap --seed 2 --bound 2 | --bound: has no effect beside --seed",
                "dirty-by-store --design v2 | --design: has no effect on the bug 'dirty-by-store'",
                "rcu --design v2 | --design: has no effect on 'rcu'",
                "--list --seed 2 | --seed: has no effect beside --list",
                "--list --bound 2 | --bound: has no effect beside --list",
                "--list --design v2 | --design: has no effect beside --list",
                "--list --schedule b2 | --schedule: has no effect beside --list",
                "--list --out kept | --out: has no effect beside --list",
                "--list no-such-program | no program or bug 'no-such-program'; ",
            },
            quoteCharacter = '"')
    void whatWouldHaveNoEffectIsRefused(String line, String message) {
        assertThat(session.run(("check " + line).split(" "))).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err()).startsWith("gleaner: " + message).hasLineCount(1);
        assertThat(session.out()).isEmpty();
    }

    @Test
    void badInputIsOneLine() {
        assertThat(session.run("check", "no-such-program")).isEqualTo(2);
        assertThat(session.err()).contains("no program or bug 'no-such-program'").hasLineCount(1);
        fresh();
        assertThat(session.run("check", "dirty-zap", "--schedule", "b2?")).isEqualTo(2);
        assertThat(session.err()).contains("'?' is no block").hasLineCount(1);
        fresh();
        assertThat(session.run("check", "--schedule", "b2")).isEqualTo(2);
        fresh();
        assertThat(session.run("check", "--bound", "-1")).isEqualTo(2);
        assertThat(session.err()).contains("--bound").hasLineCount(1);
    }

    @Test
    void theListNamesProgramsAndBugs() {
        assertThat(session.run("check", "--list")).isZero();
        assertThat(session.out()).contains("age-zap").contains("no-grace-period");
        fresh();
        assertThat(session.run("check", "--list", "dirty-zap")).isZero();
        assertThat(session.out()).contains("dirty-by-store").doesNotContain("age-zap");
    }

    @Test
    void theListIsOneDocument() {
        JsonNode json = list();
        assertThat(json.get("programs").size()).isGreaterThan(50);
        assertThat(json.get("bugs").size()).isGreaterThan(40);
        JsonNode program = json.get("programs").get(0);
        assertThat(program.get("name").stringValue()).isEqualTo("age-zap");
        assertThat(program.get("hasDesign").booleanValue()).isTrue();
        assertThat(json.get("bugs").get(0).get("programs").get(0).stringValue())
                .isEqualTo("age-zap");
    }

    /// A user who interrupts a while after the progress has said `line`.
    private Thread interruptAfter(String line) {
        return Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    while (!session.err().contains(line)) {
                        LockSupport.parkNanos(MILLISECOND);
                    }
                    LockSupport.parkNanos(AWHILE);
                    raised = System.nanoTime();
                    session.interrupted.set(true);
                });
    }

    private JsonNode list() {
        assertThat(session.run("check", "--list", "--json")).isZero();
        return JsonMapper.shared().readTree(session.out());
    }
}
