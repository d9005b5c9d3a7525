package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.observe.Heat;
import org.gleaner.lab.observe.HostColumns;
import org.gleaner.lab.observe.HostSample;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.observe.Pace;
import org.gleaner.lab.report.SeriesCsv;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Span;
import org.junit.jupiter.api.Test;

/// Runs that are looked at: what is seen agrees with what they tell, and they are the same as if
/// nobody had looked.
final class ObservedRunTest {

    /// One run, for all tests.
    private static final Observation USUAL = Observation.of(Pace.USUAL);

    private static final MaxGuestMemoryResult USUAL_RESULT = maxGuestMemory(USUAL);

    private static final Observation GUESTS = Observation.of(Pace.USUAL);

    private static final NeighboursResult GUESTS_RESULT = neighbours(GUESTS);

    private static MaxGuestMemoryResult maxGuestMemory(Observation observation) {
        return maxGuestMemory(observation, Progress.SILENT);
    }

    private static MaxGuestMemoryResult maxGuestMemory(Observation observation, Progress progress) {
        Scale scale = Scale.parse("1/4096");
        MaxGuestMemory scenario =
                (MaxGuestMemory) ScenarioReader.read(MaxGuestMemory.KIND, List.of(), scale);
        return MaxGuestMemoryRun.run(
                new ScenarioRequest<>(scenario, scale, EngineChoice.VIRTUAL, false)
                        .with(observation),
                progress);
    }

    private static NeighboursResult neighbours(Observation observation) {
        List<String> settings =
                List.of(
                        "host.cpus=4",
                        "host.memory=26MiB",
                        "host.swap.size=64MiB",
                        "host.watermarks.minFree=256KiB",
                        "guest.vcpus=1",
                        "guest.memory=8MiB",
                        "guest.tlbEntries=64",
                        "host.commands=[]",
                        "millis=50",
                        "guests=[{name: high, high: 90%}, {name: free}]",
                        "configurations=[{name: x, lru: mglru}]");
        Neighbours scenario =
                (Neighbours) ScenarioReader.read(Neighbours.KIND, settings, Scale.FULL);
        return NeighboursRun.run(
                new ScenarioRequest<>(scenario, Scale.FULL, EngineChoice.VIRTUAL, false)
                        .with(observation),
                Progress.SILENT);
    }

    @Test
    void lookingChangesNothing() {
        Observation often = Observation.of(Pace.of(Span.parse("10us")));
        assertThat(USUAL_RESULT.runs())
                .isEqualTo(maxGuestMemory(Observation.NONE).runs())
                .isEqualTo(maxGuestMemory(often).runs());
        assertThat(often.series().getFirst().moments()).hasSizeGreaterThan(768);
        assertThat(GUESTS_RESULT.runs()).isEqualTo(neighbours(Observation.NONE).runs());
    }

    @Test
    void whatWasSeenBeforeAnInterruptIsKept() throws IOException {
        Observation observation = Observation.of(Pace.USUAL);
        Progress interrupting = Progress.silent(() -> !observation.series().isEmpty());
        MaxGuestMemoryResult result = maxGuestMemory(observation, interrupting);
        assertThat(result.completeness().complete()).isFalse();
        StringBuilder text = new StringBuilder();
        Objects.requireNonNull(SeriesCsv.files(observation.series()).get("samples.csv"))
                .writeTo(text);
        List<String> lines = text.toString().lines().toList();
        long columns = HostColumns.NAMES.size() + 4L;
        assertThat(lines).hasSizeGreaterThan(1);
        assertThat(lines).allMatch(each -> each.chars().filter(c -> c == ',').count() == columns);
    }

    @Test
    void samplesAgreeWithTheResult() {
        assertThat(USUAL.series())
                .extracting(HostSeries::name)
                .containsExactly("before", "after", "off");
        for (int i = 0; i < USUAL_RESULT.runs().size(); i++) {
            agrees(USUAL.series().get(i), USUAL_RESULT.runs().get(i));
        }
    }

    private static void agrees(HostSeries series, MaxGuestMemoryResult.Run run) {
        List<HostSample> all = series.moments();
        assertThat(all).isSortedAccordingTo((a, b) -> Long.compare(a.nanos(), b.nanos()));
        assertThat(all).extracting(HostSample::phase).contains("warm-up", "run1", "reset", "run2");
        HostSample start = bound(series, "run2");
        HostSample end = all.stream().filter(HostSample::isBound).toList().getLast();

        RunStatistics told = Objects.requireNonNull(run.statistics());
        RunStatistics.Stalls stalls = told.stalls().getFirst();
        assertThat(grown(start, end, "vcpu_stalls")).isEqualTo(stalls.count());
        assertThat(grown(start, end, "vcpu_stall_ns") / 1e9).isEqualTo(stalls.seconds());
        RunStatistics.GroupPressure host = told.pressure().getFirst();
        assertThat(grown(start, end, "memory_some_us"))
                .isBetween(host.some().totalMicros() - 1, host.some().totalMicros() + 1);
        assertThat(grown(start, end, "memory_full_us"))
                .isBetween(host.full().totalMicros() - 1, host.full().totalMicros() + 1);
        for (String lock : List.of("mmu_lock", "mmu_lock:R", "ptlock", "lru_lock", "zone_lock")) {
            long contended =
                    told.locks().stream()
                            .filter(each -> each.name().equals(lock))
                            .mapToLong(RunStatistics.LockClassUse::contended)
                            .sum();
            assertThat(grown(start, end, lock + "_contended")).as(lock).isEqualTo(contended);
        }
        long stolen = grown(start, end, "pgsteal");
        assertThat(stolen).isPositive().isLessThanOrEqualTo(run.vmstat().get("pgsteal"));
        assertThat(value(end, "pgfault")).isGreaterThan(value(start, "pgfault"));
    }

    private static long grown(HostSample start, HostSample end, String column) {
        return value(end, column) - value(start, column);
    }

    private static long value(HostSample moment, String column) {
        return moment.rows().getFirst().values()[HostColumns.NAMES.indexOf(column)];
    }

    /// What walkers move from one generation to another they hand in only now and then, so the two
    /// agree while nobody walks.
    @Test
    void generationsAddUpToTheLists() {
        HostSample populated = bound(USUAL.series().get(1), "run1");
        long generations = 0;
        for (int age = 0; age < 4; age++) {
            generations += value(populated, "lru_gen_anon_" + age);
        }
        assertThat(generations)
                .isPositive()
                .isEqualTo(
                        value(populated, "nr_inactive_anon") + value(populated, "nr_active_anon"));
        assertThat(value(bound(USUAL.series().get(2), "run2"), "lru_gen_anon_0"))
                .isEqualTo(HostColumns.NONE);
    }

    private static HostSample bound(HostSeries series, String phase) {
        return series.moments().stream()
                .filter(each -> each.isBound() && each.phase().equals(phase))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachOfSeveralGuestsHasRows() {
        HostSeries series = GUESTS.series().getFirst();
        HostSample last = series.moments().getLast();
        assertThat(last.rows())
                .extracting(HostSample.Row::group)
                .containsExactly("host", "high", "free");
        int faults = HostColumns.NAMES.indexOf("pgfault");
        assertThat(last.rows().get(1).values()[faults] + last.rows().get(2).values()[faults])
                .isPositive()
                .isLessThanOrEqualTo(last.rows().getFirst().values()[faults]);
        assertThat(series.heat()).extracting(Heat::guest).contains("high", "free");
        assertThat(series.heat()).extracting(Heat::row).contains(0, 63);
    }

    /// At the end of a run in which all is written again, what is resident is a part of the guest,
    /// and no page is older than the run.
    @Test
    void heatSaysWhatIsResident() {
        HostSeries after = USUAL.series().get(1);
        List<Heat> last = after.heat().subList(after.heat().size() - 64, after.heat().size());
        int looked = last.stream().mapToInt(Heat::lookedAt).sum();
        int resident = last.stream().mapToInt(Heat::resident).sum();
        assertThat(resident).isBetween(looked / 4, looked - 1);
        assertThat(last).allMatch(each -> each.active() <= each.resident());
        assertThat(last).allMatch(each -> each.ageNanos() <= each.nanos() * each.aged());
        assertThat(after.heat().getFirst().resident()).isLessThanOrEqualTo(32);
    }
}
