package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.run.ArchitecturesResult;
import org.gleaner.lab.run.ArchitecturesResult.Run;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.AcrossArchitectures;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ArchitecturesRunTest {
    private static final int PAGES = 2048;

    /// Four vCPUs with 8 MiB on a host of 6 MiB.
    private static AcrossArchitectures scenario(String... settings) {
        List<String> all = new ArrayList<>();
        all.add("guest.memory=8MiB");
        all.add("guest.vcpus=4");
        all.add("guest.tlbEntries=64");
        all.add("host.watermarks.minFree=64KiB");
        all.add("accessPercent=200");
        all.add(
                "configurations=[{name: x86, aging: merged},"
                        + " {name: arm64, arch: arm64, aging: merged},"
                        + " {name: softaf, arch: arm64, hardwareAccessed: false, aging: merged}]");
        all.addAll(List.of(settings));
        return (AcrossArchitectures) ScenarioReader.read(AcrossArchitectures.KIND, all, Scale.FULL);
    }

    private static ArchitecturesResult run(AcrossArchitectures scenario, EngineChoice engine) {
        return ArchitecturesRun.run(
                new ScenarioRequest<>(scenario, Scale.FULL, engine, false), Progress.SILENT);
    }

    private static Run named(ArchitecturesResult result, String name) {
        return result.runs().stream()
                .filter(run -> run.configuration().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatIsAssumedOfCpusHangsOnHowManyThereAre() {
        String one = "configurations=[{name: arm64, arch: arm64}]";
        assertThat(run(scenario(one), EngineChoice.VIRTUAL).assumptions())
                .contains(
                        "every vCPU, kswapd and who asks for the aging passes has a CPU of its"
                                + " own");
        assertThat(run(scenario(one, "host.cpus=2"), EngineChoice.VIRTUAL).assumptions())
                .contains(
                        "every vCPU, kswapd and who asks for the aging passes runs on one of 2"
                                + " cpus, in slices of 3.00 ms where two want one");
        assertThat(run(scenario(one, "host.cpus=1"), EngineChoice.VIRTUAL).assumptions())
                .anyMatch(line -> line.contains("runs on the only cpu, in slices of 3.00 ms"));
        assertThat(run(scenario(one), EngineChoice.THREADS).assumptions())
                .anyMatch(line -> line.contains("is a thread of this machine"));
    }

    /// What the processors are, shows in what they are charged for.
    @ParameterizedTest
    @EnumSource
    void eachProcessorHasItsOwnFaultsAndAging(EngineChoice engine) {
        var result = run(scenario(), engine);
        assertThat(result.failures()).isEmpty();
        Run x86 = named(result, "x86");
        Run arm64 = named(result, "arm64");
        Run software = named(result, "softaf");
        for (Run run : result.runs()) {
            assertThat(run.accesses()).isEqualTo(4L * 2 * PAGES);
            assertThat(run.faults().major())
                    .isEqualTo(run.vmstat().get("pgmajfault"))
                    .isPositive()
                    .isLessThanOrEqualTo(run.faults().translation());
            assertThat(run.invalidations().unmapCalls()).isGreaterThan(run.faults().major() / 2);
            assertThat(run.invalidations().count()).isPositive();
            assertThat(run.invalidations().seconds()).isPositive();
            // each unmap takes it to begin and to end, each fault to map; on real threads some are
            // under way while they are counted
            long underWay = engine == EngineChoice.VIRTUAL ? 0 : 64;
            assertThat(run.writeLocks().taken())
                    .isGreaterThanOrEqualTo(2 * run.invalidations().unmapCalls() - underWay);
            assertThat(run.readLocks().taken()).isGreaterThanOrEqualTo(run.faults().major());
            assertThat(run.writeLocks().waits()).isBetween(1L, run.writeLocks().taken());
            assertThat(run.stall().p50Nanos()).isBetween(1L, run.stall().p99Nanos());
            assertThat(run.stall().percent()).isBetween(1.0, 100.0);
            assertThat(run.aging().passes()).isEqualTo(4);
            assertThat(run.aging().ageCalls()).isPositive();
            assertThat(run.aging().notifierSeconds() != null)
                    .isEqualTo(engine == EngineChoice.VIRTUAL);
        }
        assertThat(x86.faults().accessFlag()).isZero();
        assertThat(arm64.faults().accessFlag()).isZero();
        assertThat(software.faults().accessFlag()).isPositive();
        assertThat(x86.costs()).isEqualTo(CostModelChoice.X86_SERVER);
        assertThat(software.costs()).isEqualTo(CostModelChoice.ARM64_N1);
        assertThat(x86.invalidations().by()).isEqualTo("interrupt");
        assertThat(arm64.invalidations().by()).isEqualTo("broadcast");
        if (engine == EngineChoice.VIRTUAL) {
            // a pass walks page tables only where hardware sets the flag, and under the lock on
            // arm64
            assertThat(software.aging().passSeconds()).isLessThan(x86.aging().passSeconds());
            // kswapd may be in the middle of a call when the rounds end
            long unmaps = 2 * x86.invalidations().unmapCalls();
            assertThat(x86.writeLocks().taken()).isBetween(unmaps - 1, unmaps + 1);
            long calls = 2 * arm64.invalidations().unmapCalls() + arm64.aging().ageCalls();
            assertThat(arm64.writeLocks().taken()).isBetween(calls - 1, calls + 1);
        }
    }

    @Test
    void withRoomForAllNothingFaults() {
        var result =
                run(
                        scenario("host.memory=64MiB", "rounds=3", "host.lruGen=0x1"),
                        EngineChoice.VIRTUAL);
        for (Run run : result.runs()) {
            assertThat(run.faults())
                    .as(run.configuration().name())
                    .isEqualTo(new ArchitecturesResult.Faults(0, 0, 0, 0, 0));
            assertThat(run.stall().seconds()).isZero();
        }
    }

    /// The same accesses and limit in bytes: what does not fit is swapped in larger pieces.
    @Test
    void largerPagesHoldSeveralAccesses() {
        var result =
                run(
                        scenario(
                                "guest.memory=32MiB",
                                "pieces=64KiB",
                                "configurations=[{name: 4k}, {name: 16k, pageSize: 16KiB},"
                                        + " {name: 64k, pageSize: 64KiB}]",
                                "host.arch=arm64"),
                        EngineChoice.VIRTUAL);
        assertThat(result.failures()).isEmpty();
        assertThat(result.runs()).extracting(Run::accesses).containsOnly(65_536L);
        long before = 0;
        double page = 0;
        for (Run run : result.runs()) {
            int bytes = run.configuration().pageSize().bytes();
            assertThat(run.faults().major() * bytes).isGreaterThan(before);
            assertThat(run.stall().p50Nanos()).isGreaterThan((long) page);
            before = run.faults().major() * bytes;
            page = run.stall().p50Nanos();
        }
    }

    @Test
    void largerPagesFoldTheSameAccesses() {
        int[] small = new int[10_000];
        int[] large = new int[small.length];
        SkewedAccesses four = new SkewedAccesses(4096, 4, 4096, 30, 7);
        SkewedAccesses sixtyFour = new SkewedAccesses(4096, 4, 65_536, 30, 7);
        four.fill(small, small.length, four.begin(3, 0));
        sixtyFour.fill(large, large.length, sixtyFour.begin(3, 0));
        for (int i = 0; i < small.length; i++) {
            assertThat(large[i] & Integer.MAX_VALUE).isEqualTo((small[i] & Integer.MAX_VALUE) >> 4);
            assertThat(large[i] < 0).isEqualTo(small[i] < 0);
        }
    }

    @Test
    void theClassicLruIsNotAskedForPasses() {
        var result = run(scenario("host.lru=classic"), EngineChoice.VIRTUAL);
        assertThat(result.failures()).isEmpty();
        for (Run run : result.runs()) {
            assertThat(run.aging().passes()).isZero();
            assertThat(run.aging().passSeconds()).isZero();
            assertThat(run.aging().ageCalls()).isPositive();
        }
    }

    @Test
    void theSameSeedGivesTheSameAndAnotherNot() {
        assertThat(run(scenario(), EngineChoice.VIRTUAL).runs())
                .isEqualTo(run(scenario(), EngineChoice.VIRTUAL).runs())
                .isNotEqualTo(run(scenario("seed=2"), EngineChoice.VIRTUAL).runs());
    }

    @Test
    void aGuestThatGetsNoMemoryIsAFailure() {
        var result =
                run(
                        scenario(
                                "host.memory=8MiB",
                                "guest.memory=64MiB",
                                "host.swap.size=58MiB",
                                "rounds=1"),
                        EngineChoice.VIRTUAL);
        assertThat(result.runs()).isEmpty();
        assertThat(result.failures()).hasSize(3).first().asString().startsWith("x86: ");
    }

    @Test
    void itCountsItsSteps() {
        ParallelRuns.Meter meter = new ParallelRuns.Meter(new AtomicBoolean());
        AcrossArchitectures scenario = scenario();
        var request = new ScenarioRequest<>(scenario, Scale.FULL, EngineChoice.VIRTUAL, false);
        new ArchitecturesRun(request, scenario.configurations().getFirst(), meter).run();
        assertThat(meter.done()).isEqualTo(ArchitecturesRun.steps(scenario));
    }

    // --- the accesses ------------------------------------------------------------------------

    @Test
    void accessesAreSkewedByPiecesAndRepeat() {
        int[] first = new int[200_000];
        int[] again = new int[first.length];
        SkewedAccesses pattern = new SkewedAccesses(1030, 4, 4096, 30, 7);
        pattern.fill(first, first.length, pattern.begin(2, 1));
        new SkewedAccesses(1030, 4, 4096, 30, 7).fill(again, again.length, pattern.begin(2, 1));
        assertThat(again).isEqualTo(first);
        int[] touches = new int[1030];
        int writes = 0;
        for (int word : first) {
            touches[word & Integer.MAX_VALUE]++;
            writes += word < 0 ? 1 : 0;
        }
        assertThat(writes).isBetween(59_000, 61_000);
        int hottest = 0;
        for (int page = 0; page < touches.length; page++) {
            hottest = touches[page] > touches[hottest] ? page : hottest;
        }
        // the four pages of ranks 0 to 3 lie together, in the order of their ranks
        assertThat(hottest % 4).isZero();
        assertThat(touches[hottest]).isGreaterThan(first.length / 10);
        assertThat(touches[hottest + 1]).isBetween(touches[hottest] / 3, touches[hottest]);
        assertThat(touches[hottest + 3]).isGreaterThan(first.length / 40);
        assertThat(touches[1028] + touches[1029]).isZero();
        int[] others = new int[first.length];
        pattern.fill(others, others.length, pattern.begin(1, 2));
        assertThat(others).isNotEqualTo(first);
    }
}
