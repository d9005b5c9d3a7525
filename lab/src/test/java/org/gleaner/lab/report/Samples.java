package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.Ablation;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.HostFile;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.run.AccessTrackingResult;
import org.gleaner.lab.run.CallNode;
import org.gleaner.lab.run.Combination;
import org.gleaner.lab.run.CommandResult;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.Course;
import org.gleaner.lab.run.Factor;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.MmuStressResult;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.ReplayComparison;
import org.gleaner.lab.run.ReplayPlan;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.Seeded;
import org.gleaner.lab.run.Setting;
import org.gleaner.lab.scenario.AccessTracking;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.MmuStress;
import org.gleaner.lab.scenario.Moment;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.format.Level;
import org.jspecify.annotations.Nullable;

/// Made-up results, to see what reports make of them.
final class Samples {

    private Samples() {}

    static ReplayResult replay(String trace) {
        return replay(trace, 4436, Kernel.V6_12, EngineChoice.VIRTUAL, 1, 5000);
    }

    /// A replay that took as many quarters of a millisecond as it had faults.
    static ReplayResult replay(
            String trace, long memory, Kernel kernel, EngineChoice engine, long seed, long faults) {
        return new ReplayResult(
                trace,
                7_229_958,
                8873,
                8873,
                4096,
                memory,
                Lru.MGLRU,
                new LruGenChoice(7),
                kernel,
                Through.HOST,
                null,
                Backing.ANON,
                Thp.NEVER,
                SwapDeviceChoice.ZRAM,
                1 << 19,
                3,
                60,
                0,
                ArchChoice.X86,
                true,
                null,
                PageSizeChoice.KIB_4,
                engine,
                seed,
                counters(faults),
                null,
                null,
                null,
                null,
                false,
                7_229_958,
                engine == EngineChoice.VIRTUAL ? faults / 4000.0 : null,
                null,
                null,
                0.5,
                14_459_916,
                List.of());
    }

    /// Replays as one command compares them.
    static ReplayComparison comparison(
            List<Seeded<ReplayResult>> replays,
            boolean curve,
            @Nullable Factor compared,
            double seconds) {
        List<Combination> combinations = new ArrayList<>();
        for (Seeded<ReplayResult> each : replays) {
            ReplayResult replay = each.first();
            Map<Factor, String> values =
                    Map.of(
                            Factor.TRACE, replay.trace(),
                            Factor.MEMORY, replay.memoryPages() + "p",
                            Factor.KERNEL, replay.kernel().label(),
                            Factor.LRU, replay.lru().label());
            combinations.add(
                    new Combination(String.valueOf(each.name()), values, List.of(request(replay))));
        }
        Map<String, Long> misses = replays.getFirst().first().misses();
        List<PolicyChoice> policies =
                misses == null
                        ? List.of()
                        : misses.keySet().stream().map(PolicyChoice::parse).toList();
        return new ReplayComparison(
                Completeness.whole(replays.stream().mapToInt(Seeded::asked).sum()),
                new ReplayPlan(combinations, policies, curve, compared, null, Observation.NONE),
                combinations,
                replays,
                seconds);
    }

    private static ReplayRequest request(ReplayResult replay) {
        return new ReplayRequest(
                new HeldTrace(replay.trace(), Level.MEMORY, new int[1], 1, 1),
                replay.memoryPages(),
                new HostChoices(
                        new HostChoices.Reclaimer(
                                replay.kernel(),
                                replay.lru(),
                                replay.lruGen(),
                                AgingChoice.LOCKED,
                                replay.swappiness()),
                        new HostChoices.Memory(replay.through(), replay.backing(), replay.thp()),
                        new HostChoices.SwapSpace(
                                replay.swap(), replay.swapPages(), replay.pageCluster()),
                        new HostChoices.Processor(
                                replay.arch(),
                                replay.hardwareAccessed(),
                                Stage2Choice.PLAIN,
                                replay.pageSize()),
                        replay.engine(),
                        replay.seed()),
                replay.ageEvery());
    }

    static MaxGuestMemoryResult maxGuestMemory() {
        return maxGuestMemory(12, 3, 11);
    }

    /// @param run2 seconds of before, after, and before without flushes; the last may be missing
    static MaxGuestMemoryResult maxGuestMemory(double... run2) {
        MaxGuestMemory scenario = (MaxGuestMemory) scenario(MaxGuestMemory.KIND);
        List<MaxGuestMemoryResult.Run> runs = new ArrayList<>();
        runs.add(run(scenario, 0, null, run2[0]));
        runs.add(run(scenario, 1, null, run2[1]));
        if (run2.length > 2) {
            runs.add(run(scenario, 0, Ablation.FLUSH_OFF, run2[2]));
        }
        return new MaxGuestMemoryResult(
                new Setting<>(scenario, Scale.parse("1/64"), EngineChoice.VIRTUAL),
                runs,
                new Course(
                        new Completeness(12, 3, List.of("off")),
                        List.of("the swap device is zram"),
                        List.of("run2 of after is out of its bounds"),
                        2.5));
    }

    static AccessTrackingResult accessTracking() {
        AccessTracking scenario = (AccessTracking) scenario(AccessTracking.KIND);
        var phases =
                List.of(
                        new AccessTrackingResult.Phase("Populating memory", 1.5, null),
                        new AccessTrackingResult.Phase(
                                "Mark memory idle",
                                0.25,
                                new AccessTrackingResult.Young(262_144, 262_000)));
        var run =
                new AccessTrackingResult.Run(
                        scenario.configurations().getFirst(),
                        phases,
                        new AccessTrackingResult.Benchmark(9.5, 12, 0.75),
                        List.of(),
                        null);
        return new AccessTrackingResult(
                new Setting<>(scenario, Scale.FULL, EngineChoice.THREADS),
                List.of(run),
                new Course(Completeness.whole(1), List.of(), List.of(), 1));
    }

    static MmuStressResult mmuStress() {
        MmuStress scenario = (MmuStress) scenario(MmuStress.KIND);
        var run =
                new MmuStressResult.Run(
                        scenario.configurations().getFirst(),
                        1,
                        0.1,
                        2,
                        0.01,
                        0.02,
                        12,
                        0,
                        1,
                        345,
                        6789,
                        counters(1),
                        List.of(
                                new CommandResult(
                                        Moment.parse("2s"),
                                        true,
                                        2.0,
                                        HostFile.LRU_GEN,
                                        null,
                                        "+ 1 0 9",
                                        "EINVAL",
                                        null,
                                        null,
                                        null,
                                        "memcg     1 /\n")),
                        null);
        return new MmuStressResult(
                new Setting<>(scenario, Scale.FULL, EngineChoice.THREADS),
                List.of(run),
                new Course(Completeness.whole(1), List.of(), List.of("1 lost write"), 1));
    }

    private static NeighboursResult.GuestPopulating populating(long high) {
        return new NeighboursResult.GuestPopulating(
                0.2, high * 0.1, counters(high), Map.of("high", high));
    }

    static NeighboursResult neighbours() {
        return measured(1);
    }

    /// With figures of waiting `times` as large.
    static NeighboursResult measured(int times) {
        Neighbours scenario = (Neighbours) scenario(Neighbours.KIND);
        var hot =
                new NeighboursResult.Guest(
                        "hot",
                        false,
                        null,
                        populating(0),
                        123_456,
                        1.5,
                        List.of(512L, 1024L),
                        counters(7),
                        Map.of("oom_kill", 0L),
                        List.of());
        var cold =
                new NeighboursResult.Guest(
                        "cold",
                        true,
                        new NeighboursResult.End(NeighboursResult.Why.HOST_OOM, 0.75, false),
                        populating(3),
                        0,
                        0,
                        List.of(512L, 0L),
                        counters(8),
                        Map.of("oom_kill", 1L),
                        List.of());
        var run =
                new NeighboursResult.Run(
                        scenario.configurations().getFirst(),
                        new NeighboursResult.Populating(0.25, counters(20)),
                        List.of(0.5, 1.0),
                        List.of(hot, cold),
                        new NeighboursResult.Kswapd(0.125, 0.125),
                        counters(15),
                        List.of(),
                        statistics(times));
        return new NeighboursResult(
                new Setting<>(scenario, Scale.FULL, EngineChoice.VIRTUAL),
                List.of(run),
                new Course(
                        Completeness.whole(1),
                        List.of(),
                        List.of("the OOM killer ended guest cold"),
                        1));
    }

    private static MaxGuestMemoryResult.Run run(
            MaxGuestMemory scenario, int configuration, @Nullable Ablation ablation, double run2) {
        CallNode reclaim = new CallNode("shrink_node", 800, 800, List.of());
        return new MaxGuestMemoryResult.Run(
                scenario.configurations().get(configuration),
                ablation,
                SwapDeviceChoice.ZRAM,
                2,
                0.001,
                run2,
                new CallNode("kswapd", 1000, 200, List.of(reclaim)),
                CallNode.empty("direct reclaim"),
                counters(1000 + configuration),
                List.of(),
                statistics(configuration + 1));
    }

    /// Of two guests, all figures `times` as large.
    static RunStatistics statistics(int times) {
        var line = new RunStatistics.StallLine(12.5, 3.25, 0.75, 1_250_000L * times, 12.5 * times);
        return new RunStatistics(
                List.of(stalls("hot", times), stalls("cold", 10 * times)),
                List.of(
                        new RunStatistics.GroupPressure("host", 10, line, line, line),
                        new RunStatistics.GroupPressure("hot", 10, line, line, line)),
                List.of(),
                List.of(
                        new RunStatistics.LockClassUse("mmap_lock:R", 400_000, 0, 0, 0, 0, 1.5),
                        new RunStatistics.LockClassUse(
                                "mmu_lock", 5000, 400L * times, 0.2 * times, 5e5, 2_000_000, 3)));
    }

    private static RunStatistics.Stalls stalls(String name, int times) {
        return new RunStatistics.Stalls(
                name,
                100_000L * times,
                2.5 * times,
                900,
                20_000,
                300_000,
                4_000_000,
                9_999_999,
                12_345_678);
    }

    private static Map<String, Long> counters(long faults) {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("pswpin", faults);
        counters.put("pgmajfault", faults);
        counters.put("allocstall", 0L);
        return counters;
    }

    private static Scenario scenario(String kind) {
        return ScenarioReader.read(kind, List.of(), Scale.FULL);
    }
}
