package org.gleaner.lab.execute.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.scenario.ArchitecturesRun;
import org.gleaner.lab.execute.scenario.NeighboursRun;
import org.gleaner.lab.run.ArchitecturesResult;
import org.gleaner.lab.run.MeasuredRun;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.RunStatistics.CpuWait;
import org.gleaner.lab.run.RunStatistics.GroupPressure;
import org.gleaner.lab.run.RunStatistics.LockClassUse;
import org.gleaner.lab.run.RunStatistics.StallLine;
import org.gleaner.lab.run.RunStatistics.Stalls;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.AcrossArchitectures;
import org.gleaner.lab.scenario.MmuStress;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a run says of who waited for what, against what it counts elsewhere.
final class AccountingTest {

    private static NeighboursResult neighbours(EngineChoice engine, String... settings) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "host.cpus=4",
                                "host.memory=26MiB",
                                "host.swap.size=64MiB",
                                "host.watermarks.minFree=256KiB",
                                "guest.vcpus=1",
                                "guest.memory=8MiB",
                                "guest.tlbEntries=64",
                                "host.commands=[]",
                                "millis=3000",
                                "configurations=[{name: x, lru: mglru}]"));
        all.addAll(List.of(settings));
        Neighbours scenario = (Neighbours) ScenarioReader.read(Neighbours.KIND, all, Scale.FULL);
        return NeighboursRun.run(
                new ScenarioRequest<>(scenario, Scale.FULL, engine, false), Progress.SILENT);
    }

    private static final String THROTTLED =
            "guests=[{name: high, high: 90%, swapMax: 5%}, {name: free, workload: idle}]";

    private static RunStatistics statistics(MeasuredRun run) {
        return Objects.requireNonNull(run.statistics());
    }

    /// A guest of one vCPU is stalled wholly whenever it is in part; one that has what it needs
    /// never is; the host is when any guest is.
    @Test
    void whoIsThrottledIsUnderPressure() {
        NeighboursResult.Run run = neighbours(EngineChoice.VIRTUAL, THROTTLED).runs().getFirst();
        List<GroupPressure> groups = statistics(run).pressure();
        assertThat(groups).extracting(GroupPressure::name).containsExactly("host", "high", "free");
        GroupPressure host = groups.get(0);
        GroupPressure high = groups.get(1);
        double slept = run.guests().getFirst().throttledSeconds();
        assertThat(slept).isPositive();
        // it reclaims before it sleeps, and a fault is more than either
        assertThat(high.some().totalMicros() / 1e6)
                .isBetween(slept, statistics(run).stalls().getFirst().seconds());
        assertThat(high.some().percent()).isGreaterThan(10);
        assertThat(high.some().avg10()).isBetween(1.0, 100.0);
        assertThat(high.full()).isEqualTo(high.some());
        assertThat(high.seconds()).isCloseTo(3, within(1e-5));
        StallLine none = new StallLine(0, 0, 0, 0, 0);
        assertThat(groups.get(2).some()).isEqualTo(none);
        assertThat(host.some().totalMicros()).isGreaterThanOrEqualTo(high.some().totalMicros());
        assertThat(host.some().percent()).isBetween(high.some().percent(), 100.0);
    }

    @Test
    void aGuestThatFaultsWaitsForItsFaults() {
        NeighboursResult.Run run = neighbours(EngineChoice.VIRTUAL, THROTTLED).runs().getFirst();
        List<Stalls> stalls = statistics(run).stalls();
        Stalls high = stalls.getFirst();
        assertThat(high.name()).isEqualTo("high");
        assertThat(high.count()).isPositive();
        double slept = run.guests().getFirst().throttledSeconds();
        assertThat(high.maxNanos() / 1e9).as("throttled on its way back").isGreaterThan(0.1);
        assertThat(high.seconds()).isBetween(slept, 3.0);
        assertThat(high.p50Nanos()).isBetween(1L, high.p90Nanos());
        assertThat(high.p90Nanos()).isLessThanOrEqualTo(high.p99Nanos());
        assertThat(high.p9999Nanos()).isBetween(high.p999Nanos(), high.maxNanos());
        assertThat(stalls.get(1)).isEqualTo(new Stalls("free", 0, 0, 0, 0, 0, 0, 0, 0));
    }

    /// Two that never rest have half of one CPU each; with one for each, nobody waits for any.
    @Test
    void whoHasNoCpuWaitsForOne() {
        String busy =
                "guests=[{name: a, workingSet: 25%, pauseNanos: 0}, {name: b, workingSet: 25%, pauseNanos: 0}]";
        var shared = neighbours(EngineChoice.VIRTUAL, busy, "millis=300", "host.cpus=1");
        List<CpuWait> waits = statistics(shared.runs().getFirst()).cpuWaits();
        assertThat(waits).extracting(CpuWait::name).containsExactly("host", "a", "b");
        for (CpuWait guest : waits.subList(1, 3)) {
            assertThat(guest.tasks()).isOne();
            assertThat(guest.percent()).isCloseTo(50, within(2.0));
            assertThat(guest.seconds()).isCloseTo(0.15, within(0.006));
        }
        var own = neighbours(EngineChoice.VIRTUAL, busy, "millis=300");
        assertThat(statistics(own.runs().getFirst()).cpuWaits()).isEmpty();
    }

    @Test
    void twiceIsTheSame() {
        assertThat(neighbours(EngineChoice.VIRTUAL, THROTTLED).runs())
                .isEqualTo(neighbours(EngineChoice.VIRTUAL, THROTTLED).runs());
    }

    @Test
    void realThreadsHaveNoStatistics() {
        assertThat(neighbours(EngineChoice.THREADS, "millis=20").runs().getFirst().statistics())
                .isNull();
    }

    /// What is counted while the engine winds down is not of the phases.
    @ParameterizedTest
    @EnumSource
    void countersEndWithThePhases(EngineChoice engine) {
        var scenario =
                (MmuStress)
                        ScenarioReader.read(
                                MmuStress.KIND,
                                List.of(
                                        "guest.memory=4MiB",
                                        "guest.slotSize=4MiB",
                                        "guest.vcpus=1",
                                        "host.memory=16MiB",
                                        "host.watermarks.minFree=64KiB",
                                        "configurations=[{name: x}]"),
                                Scale.FULL);
        GuestMachine machine =
                GuestMachine.of(
                        new ScenarioRequest<>(scenario, Scale.FULL, engine, false),
                        scenario.configurations().getFirst(),
                        0);
        try (machine) {
            VmStat stat = machine.host().stat();
            machine.spawn(
                    "boss",
                    boss -> {
                        stat.inc(boss, VmEvent.PGFAULT);
                        machine.accounting().begin();
                        stat.inc(boss, VmEvent.PGFAULT);
                        machine.accounting().end();
                        stat.inc(boss, VmEvent.PGFAULT);
                    });
            machine.engine().run();
            assertThat(stat.named()).containsEntry("pgfault", 3L);
            assertThat(machine.accounting().counters()).containsEntry("pgfault", 2L);
        }
    }

    /// The scenario of architectures has counts of `mmu_lock` of its own.
    @Test
    void locksAreThoseThatWereTaken() {
        var scenario =
                (AcrossArchitectures)
                        ScenarioReader.read(
                                AcrossArchitectures.KIND,
                                List.of(
                                        "guest.memory=8MiB",
                                        "guest.vcpus=4",
                                        "guest.tlbEntries=64",
                                        "host.watermarks.minFree=64KiB",
                                        "configurations=[{name: x86, aging: merged}]"),
                                Scale.FULL);
        ArchitecturesResult.Run run =
                ArchitecturesRun.run(
                                new ScenarioRequest<>(
                                        scenario, Scale.FULL, EngineChoice.VIRTUAL, false),
                                Progress.SILENT)
                        .runs()
                        .getFirst();
        agrees(run.readLocks(), lock(run, "mmu_lock:R"));
        agrees(run.writeLocks(), lock(run, "mmu_lock"));
        assertThat(lock(run, "mmap_lock:R").acquired()).isPositive();
        assertThat(lock(run, "lru_lock").holdSeconds()).isPositive();
        Stalls stalls = statistics(run).stalls().getFirst();
        assertThat(stalls.seconds()).isEqualTo(run.stall().seconds());
        assertThat(stalls.p99Nanos()).isEqualTo(run.stall().p99Nanos());
    }

    private static void agrees(ArchitecturesResult.Locks counted, LockClassUse lock) {
        assertThat(lock.acquired()).isEqualTo(counted.taken());
        assertThat(lock.contended()).isEqualTo(counted.waits());
        assertThat(lock.waitSeconds()).isEqualTo(counted.waitSeconds());
        assertThat(lock.averageWaitNanos() * lock.contended())
                .isCloseTo(counted.waitSeconds() * 1e9, within(1.0));
        assertThat(lock.maxWaitNanos() / 1e9).isBetween(0.0, counted.waitSeconds());
    }

    private static LockClassUse lock(MeasuredRun run, String name) {
        return statistics(run).locks().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
