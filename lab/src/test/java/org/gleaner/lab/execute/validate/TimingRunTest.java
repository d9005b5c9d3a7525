package org.gleaner.lab.execute.validate;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.report.TimingText;
import org.gleaner.lab.run.TimingRequest;
import org.gleaner.lab.run.TimingResult;
import org.gleaner.lab.run.TimingResult.Row;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.validate.PublishedTable;
import org.gleaner.lab.validate.PublishedTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The published times of the repository's table, at a small scale.
final class TimingRunTest {
    private static final Path TABLE = Path.of("../validation/timing.csv");
    private static final Scale SMALL = Scale.parse("1/1024");

    @TempDir Path directory;

    private static TimingResult run(Path table, List<PublishedTime> rows) {
        return TimingRun.run(
                new TimingRequest(table, rows, SMALL, false, 1),
                Executors.standard(),
                Progress.SILENT);
    }

    private static List<PublishedTime> rows(Path table) {
        return PublishedTable.read(table, Input.ofProcess());
    }

    private static TimingResult upton(int... vcpus) {
        List<Integer> wanted = Arrays.stream(vcpus).boxed().toList();
        return run(
                TABLE,
                rows(TABLE).stream()
                        .filter(row -> row.scenario().equals("parallel-faults"))
                        .filter(row -> wanted.contains(row.vcpus()))
                        .toList());
    }

    private static double millionFaultsASecond(TimingResult result, int vcpus, String lock) {
        Row row =
                result.rows().stream()
                        .filter(each -> each.vcpus() == vcpus)
                        .filter(each -> each.configuration().equals(lock))
                        .findFirst()
                        .orElseThrow();
        return vcpus * 1.048576 / Objects.requireNonNull(row.gleaner());
    }

    /// Serial faults: as many a second however many vCPUs; parallel ones: more, up to what the
    /// lines of two locks let through.
    @Test
    void faultsInParallelScaleToTheLinesOfTheirLocks() {
        TimingResult result = upton(4, 8, 32);
        assertThat(result.failures()).isEmpty();
        assertThat(result.completeness().complete()).isTrue();
        for (int vcpus : new int[] {4, 8, 32}) {
            assertThat(millionFaultsASecond(result, vcpus, "write-lock")).isBetween(1.6, 2.1);
        }
        double four = millionFaultsASecond(result, 4, "read-lock");
        assertThat(millionFaultsASecond(result, 8, "read-lock")).isBetween(1.8 * four, 2 * four);
        assertThat(millionFaultsASecond(result, 32, "read-lock")).isBetween(7.5, 8.5);
    }

    /// An ager that holds `mmu_lock` is overtaken by 32 vCPUs while it waits: its first pass lasts
    /// as long as they do. One that takes no lock makes many.
    @Test
    void passesOfAgersThatTakeTheLockLastAsLongAsTheRun() {
        TimingResult result =
                run(
                        TABLE,
                        rows(TABLE).stream()
                                .filter(row -> row.id().startsWith("JH1-32-lock"))
                                .toList());
        Map<String, Double> seconds =
                result.rows().stream()
                        .collect(toMap(Row::id, row -> Objects.requireNonNull(row.gleaner())));
        double locked = seconds.getOrDefault("JH1-32-locked-pass", 0.0);
        assertThat(locked).isGreaterThan(seconds.getOrDefault("JH1-32-locked-wall", 0.0));
        assertThat(locked).isGreaterThan(5 * seconds.getOrDefault("JH1-32-lockless-pass", 0.0));
    }

    @Test
    void theSameRowsGiveTheSameTimes() {
        assertThat(upton(2).rows()).isEqualTo(upton(2).rows());
    }

    @Test
    void aRowThatIsFurtherOffThanItMayFails() throws IOException {
        Path table = table("a,X,log,2,write-lock,dirty,100,30,predicted");
        TimingResult result = run(table, rows(table));
        assertThat(result.failures())
                .singleElement()
                .asString()
                .startsWith("a: log vcpus 2, write-lock dirty: 1.2")
                .endsWith("off 100 s, more than 30 %");
        assertThat(TimingText.of(result))
                .contains("X: log, a pass over logged memory")
                .contains("0 of 1 within 30 %")
                .contains("FAILED: a: log vcpus 2");
    }

    @Test
    void aRatioIsOfTwoConfigurationsAndWhatIsWaitingIsListed() throws IOException {
        Path table =
                table(
                        "a,X,log,4,write-lock/read-lock,dirty,1.94,30,predicted\n"
                                + "b,X,log,4,write-lock,dirty,2.42,30,predicted\n"
                                + "c,X,log,4,read-lock,dirty,1.25,30,predicted\n"
                                + "d,Y,shadow-mmu,64,lockless,pass,0.527,,waiting\n");
        TimingResult result = run(table, rows(table));
        assertThat(result.failures()).isEmpty();
        assertThat(result.completeness().complete()).isTrue();
        List<Row> rows = result.rows();
        double write = Objects.requireNonNull(rows.get(1).gleaner());
        double read = Objects.requireNonNull(rows.get(2).gleaner());
        assertThat(rows.getFirst().gleaner()).isCloseTo(write / read, within(1e-9));
        assertThat(rows.getFirst().unit()).isEmpty();
        assertThat(rows.getLast().gleaner()).isNull();
        assertThat(TimingText.of(result))
                .contains("a pass over logged memory, as a ratio")
                .contains("\nwaiting for shadow-mmu: d lockless an aging pass, 0.527 s\n");
    }

    @Test
    void whatApplicationsGainIsARatioOfTheirWork() throws IOException {
        Path table =
                table(
                        "a,X,store,2,y/x,work,1,,predicted\n"
                                + "b,X,store,2,x,work,1000,,predicted\n"
                                + "c,X,store,2,y,work,1000,,predicted\n"
                                + "d,X,store,2,x,round,1,,predicted\n");
        Files.writeString(
                directory.resolve("own/store.yaml"),
                """
                kind: neighbours
                host: {cpus: 2, memory: 128MiB}
                guest: {vcpus: 2, memory: 64MiB}
                guests:
                  - name: one
                    workload: phases
                    phases:
                      - {name: warm, passes: 1, touches: [{order: loop}]}
                      - name: read
                        millis: 10000
                        workNanos: 10000
                        touches: [{order: random, object: 2KiB, shared: true}]
                configurations: [{name: x}, {name: y, aging: v2}]
                """);
        TimingResult result =
                TimingRun.run(
                        new TimingRequest(table, rows(table), Scale.parse("1/64"), false, 1),
                        Executors.standard(),
                        Progress.SILENT);
        assertThat(result.failures()).isEmpty();
        List<Row> rows = result.rows();
        double before = Objects.requireNonNull(rows.get(1).gleaner());
        double after = Objects.requireNonNull(rows.get(2).gleaner());
        // two vCPUs, each with an operation in somewhat more than 10 us
        assertThat(before).isBetween(190_000.0, 200_000.0);
        assertThat(rows.getFirst().gleaner()).isCloseTo(after / before, within(1e-9));
        // at full size again: 156 ms at 1/64, and what it takes to read 16,384 pages once
        assertThat(rows.getLast().gleaner()).isBetween(9.984, 10.2);
    }

    @Test
    void whatAScenarioIsRunAtHoldsUnlessLessIsAsked() throws IOException {
        Path table = table("a,X,own,2,x,run2,1,,predicted\n");
        Files.writeString(
                directory.resolve("own/own.yaml"),
                """
                kind: max-guest-memory
                scale: 1/256
                host: {cpus: 2, memory: 200%}
                guest: {vcpus: 2, memory: 2GiB}
                configurations: [{name: x}]
                """);
        // a guest of one size has a time in proportion to it, and a scale of one's own shows in
        // how many pages were written
        double usual = seconds(table, "1/1024", true);
        assertThat(usual).isEqualTo(seconds(table, "1/256", false));
        assertThat(seconds(table, "1/64", true)).isEqualTo(usual);
        assertThat(seconds(table, "1/1024", false)).isNotEqualTo(usual);
    }

    private static double seconds(Path table, String scale, boolean more) {
        TimingRequest request = new TimingRequest(table, rows(table), Scale.parse(scale), more, 1);
        return Objects.requireNonNull(
                TimingRun.run(request, Executors.standard(), Progress.SILENT)
                        .rows()
                        .getFirst()
                        .gleaner());
    }

    @Test
    void aRowThatChanceDecidesIsTheMedianOfItsSeeds() throws IOException {
        double[] each = {run2(1, 1), run2(2, 1), run2(3, 1)};
        Arrays.sort(each);
        assertThat(each[0]).isLessThan(each[2]);
        assertThat(run2(1, 3)).isEqualTo(each[1]);
    }

    /// The second run over a guest as large as its host, in seconds.
    private double run2(long firstSeed, int seeds) throws IOException {
        Path table = table("a,X,over,8,x,run2,1,,predicted\n");
        Files.writeString(
                directory.resolve("own/over.yaml"),
                """
                kind: max-guest-memory
                seed: %d
                host: {cpus: 8, memory: 100%%}
                guest: {vcpus: 8, memory: 512MiB}
                configurations: [{name: x}]
                """
                        .formatted(firstSeed));
        TimingResult result =
                TimingRun.run(
                        new TimingRequest(table, rows(table), Scale.parse("1/16"), false, seeds),
                        Executors.standard(),
                        Progress.SILENT);
        return Objects.requireNonNull(result.rows().getFirst().gleaner());
    }

    @Test
    void whatARowCannotHaveIsSaidBeforeAnythingRuns() throws IOException {
        Path lock = table("a,X,log,2,write-lok,dirty,100,30,predicted");
        assertThatThrownBy(() -> run(lock, rows(lock)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("line 2: no configuration 'write-lok' in log; did you mean");
        Path metric = table("a,X,log,2,write-lock,pass,100,30,predicted");
        assertThatThrownBy(() -> run(metric, rows(metric)))
                .hasMessageContaining("line 2: metric 'pass' is not of log");
        Path file = table("a,X,none,2,write-lock,dirty,100,30,predicted");
        assertThatThrownBy(() -> run(file, rows(file)))
                .hasMessageContaining("line 2")
                .hasMessageContaining("none.yaml: no such file");
    }

    /// A table of one row, with the scenario `log` beside it.
    private Path table(String row) throws IOException {
        Path scenarios = Files.createDirectories(directory.resolve("own"));
        Files.copy(
                TABLE.resolveSibling("timing").resolve("parallel-faults.yaml"),
                scenarios.resolve("log.yaml"),
                StandardCopyOption.REPLACE_EXISTING);
        return Files.writeString(
                directory.resolve("own.csv"),
                "id,source,scenario,vcpus,configuration,metric,value,within,basis\n" + row);
    }
}
