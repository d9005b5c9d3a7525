package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.run.WorkDone;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;

/// A guest of 16 MiB with two vCPUs that goes through phases.
final class PhasedWorkTest {
    private static final String COPY =
            "{name: copy, passes: 2, workNanos: 1000, touches: [{memory: 4MiB},"
                    + " {from: 4MiB, memory: 4MiB, object: 2KiB, writes: true}]}";
    private static final String CHASE =
            "{name: chase, millis: 2, workNanos: 3000, touches: [{order: chase, memory: 8MiB,"
                    + " object: 16KiB, shared: true}]}";

    private static NeighboursResult run(String phases, EngineChoice engine, String... settings) {
        List<String> all = new ArrayList<>();
        all.add("host.cpus=4");
        all.add("host.memory=64MiB");
        all.add("host.watermarks.minFree=256KiB");
        all.add("guest.vcpus=2");
        all.add("guest.memory=16MiB");
        all.add("guests=[{name: one, populates: 10MiB, workload: phases, " + phases + "}]");
        all.add("host.commands=[]");
        all.add("millis=1000");
        all.add("configurations=[{name: x}, {name: y, aging: v2}]");
        all.addAll(List.of(settings));
        var scenario = (Neighbours) ScenarioReader.read(Neighbours.KIND, all, Scale.FULL);
        return NeighboursRun.run(
                new ScenarioRequest<>(scenario, Scale.FULL, engine, false), Progress.SILENT);
    }

    private static NeighboursResult run(String phases, String... settings) {
        return run(phases, EngineChoice.VIRTUAL, settings);
    }

    private static List<NeighboursResult.Phase> phases(NeighboursResult result) {
        assertThat(result.failures()).isEmpty();
        return result.runs().getFirst().guests().getFirst().phases();
    }

    @Test
    void workIsDoneToTheLastObject() {
        NeighboursResult result = run("rounds: 3, phases: [" + COPY + "]");
        List<NeighboursResult.Phase> phases = phases(result);
        assertThat(phases).extracting(NeighboursResult.Phase::round).containsExactly(1, 2, 3);
        // 1,024 pages, twice in a round, by whichever vCPU
        assertThat(phases).allMatch(each -> each.operations() == 2048 && each.complete());
        // a page read and half a page written: two accesses an operation
        assertThat(result.runs().getFirst().guests().getFirst().accesses()).isEqualTo(3 * 2 * 2048);
    }

    @Test
    void whereAllMemoryIsThereAnOperationTakesItsWorkAndItsTouches() {
        NeighboursResult.Phase last = phases(run("rounds: 2, phases: [" + COPY + "]")).getLast();
        assertThat(last.latency().p50()).isBetween(1.0, 1.4);
        assertThat(last.latency().mean()).isBetween(1.0, 1.4);
        assertThat(last.seconds()).isCloseTo(1024 * last.latency().mean() / 1e6, within(2e-5));
    }

    @Test
    void timeEndsAPhaseAndTheNextWaitsForAll() {
        List<NeighboursResult.Phase> phases = phases(run("phases: [" + CHASE + ", " + COPY + "]"));
        assertThat(phases)
                .extracting(NeighboursResult.Phase::name)
                .containsExactly("chase", "copy");
        assertThat(phases.getFirst().seconds()).isBetween(0.002, 0.0021);
        // two vCPUs, each with an object of four pages in 3.25 us or somewhat more
        assertThat(phases.getFirst().operations()).isBetween(1000L, 1300L);
    }

    @Test
    void whatIsUnderWayWhenTheTimeIsUpDoesNotCount() {
        String slow =
                "{name: slow, millis: 2, workNanos: 1500000,"
                        + " touches: [{order: loop, memory: 8MiB}]}";
        NeighboursResult.Phase phase = phases(run("phases: [" + slow + "]")).getFirst();
        assertThat(phase.complete()).isTrue();
        // each vCPU ends one in time, and is in the midst of another
        assertThat(phase.operations()).isEqualTo(2);
        assertThat(phase.seconds()).isBetween(0.002, 0.0021);
    }

    @Test
    void aTouchMayHappenInSomeOperationsOnly() {
        String some =
                "{name: some, passes: 2, touches: [{memory: 4MiB},"
                        + " {order: random, from: 4MiB, memory: 4MiB, percent: 44}]}";
        NeighboursResult result = run("phases: [" + some + "]");
        assertThat(phases(result).getFirst().operations()).isEqualTo(2048);
        // 44 % of 2,048 are 901, give or take 22
        assertThat(result.runs().getFirst().guests().getFirst().accesses() - 2048)
                .isBetween(901L - 110, 901L + 110);
    }

    /// Where a host is too small for its guest, each look that finds a page young would flush the
    /// broadcast way, once for each.
    @Test
    void aConfigurationMayLackTheFlushOfItsDesign() {
        List<NeighboursResult.Run> runs =
                run(
                                "phases: [" + COPY + ", " + CHASE + "]",
                                "host.memory=9MiB",
                                "host.swap.size=64MiB",
                                "configurations=[{name: with, aging: locked-flush},"
                                        + " {name: without, aging: locked-flush, flush: false}]")
                        .runs();
        assertThat(runs.getFirst().configuration().withoutFlush()).isFalse();
        assertThat(runs.getLast().configuration().withoutFlush()).isTrue();
        assertThat(runs.getLast().vmstat()).isNotEqualTo(runs.getFirst().vmstat());
        double with = runs.getFirst().guests().getFirst().phases().getFirst().seconds();
        double without = runs.getLast().guests().getFirst().phases().getFirst().seconds();
        assertThat(without).isLessThan(with);
    }

    @Test
    void theSameSeedGivesTheSame() {
        String both = "phases: [" + CHASE + ", " + COPY + "]";
        String[] tight = {"host.memory=9MiB", "host.swap.size=64MiB"};
        NeighboursResult once = run(both, tight);
        assertThat(once.runs()).isEqualTo(run(both, tight).runs());
        assertThat(once.runs().getFirst().vmstat().get("pgmajfault")).isPositive();
        assertThat(WorkDone.of(once, once.runs().getFirst())).hasSize(2);
    }

    @Test
    void realThreadsDoTheSameWork() {
        List<NeighboursResult.Phase> phases =
                phases(run("phases: [" + COPY + "]", EngineChoice.THREADS, "millis=60000"));
        assertThat(phases).allMatch(each -> each.operations() == 2048 && each.complete());
    }

    @Test
    void workThatTimeCutsOffIsAFailure() {
        NeighboursResult result = run("phases: [" + COPY + "]", "millis=1");
        assertThat(result.failures())
                .hasSize(2)
                .first()
                .asString()
                .isEqualTo(
                        "x: the time (millis 1) was up before 1 of 1 guests were through their"
                                + " phases; give more");
        assertThat(result.runs().getFirst().guests().getFirst().phases().getFirst().complete())
                .isFalse();
    }

    @Test
    void aGuestThatIsKilledLeavesNobodyWaiting() {
        NeighboursResult result =
                run(
                        "phases: [" + CHASE + ", " + COPY + "], max: 100%",
                        "host.swap.device=none",
                        "host.commands=[{at: populated+1ms, to: memory.max, guest: one, write: 1M}]");
        assertThat(result.runs().getFirst().guests().getFirst().killed()).isTrue();
        assertThat(result.failures()).allMatch(each -> each.contains("memory.max"));
    }
}
