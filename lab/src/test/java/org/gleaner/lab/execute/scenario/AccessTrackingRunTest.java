package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.PteFormatChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Tracking;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.guest.Harvest;
import org.gleaner.lab.run.AccessTrackingResult;
import org.gleaner.lab.run.AccessTrackingResult.Young;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.AccessTracking;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingPlan;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
final class AccessTrackingRunTest {

    private static final int VCPUS = 2;
    private static final int PAGES = 512;

    static Stream<Arguments> everything() {
        Stream.Builder<Arguments> all = Stream.builder();
        for (EngineChoice engine : EngineChoice.values()) {
            for (AgingChoice design : AgingChoice.designs()) {
                for (PteFormatChoice format : PteFormatChoice.values()) {
                    all.add(Arguments.of(engine, design, format));
                }
            }
        }
        return all.build();
    }

    /// 2 MiB on two vCPUs.
    private static AccessTracking scenario(
            Tracking tracking,
            List<AgingChoice> designs,
            PteFormatChoice format,
            String... settings) {
        List<String> all = new ArrayList<>();
        all.add("host.cpus=4");
        all.add("host.memory=16MiB");
        all.add("host.watermarks.minFree=64KiB");
        all.add("guest.vcpus=" + VCPUS);
        all.add("guest.memory=" + PAGES + "p");
        all.add("guest.tlbEntries=0");
        all.add("guest.format=" + format.label());
        all.add("tracking=" + tracking.label());
        List<String> configurations = new ArrayList<>();
        for (AgingChoice design : designs) {
            configurations.add("{name: " + design.label() + ", aging: " + design.label() + "}");
        }
        all.add("configurations=" + configurations);
        all.addAll(List.of(settings));
        return (AccessTracking) ScenarioReader.read(AccessTracking.KIND, all, Scale.FULL);
    }

    private static AccessTrackingResult run(AccessTracking scenario, EngineChoice engine) {
        return AccessTrackingRun.run(
                new ScenarioRequest<>(scenario, Scale.FULL, engine, false), Progress.SILENT);
    }

    /// Without a TLB nothing is hidden: every pass is exact.
    @ParameterizedTest
    @MethodSource("everything")
    void touchedPagesAreYoungAndOthersOld(
            EngineChoice engine, AgingChoice design, PteFormatChoice format) {
        for (Tracking tracking : Tracking.values()) {
            AccessTrackingResult result = run(scenario(tracking, List.of(design), format), engine);
            assertThat(result.completeness().complete()).isTrue();
            assertThat(result.failures()).isEmpty();
            assertThat(passes(result))
                    .containsExactly(
                            new Young(PAGES, PAGES),
                            new Young(PAGES, PAGES),
                            new Young(PAGES, PAGES),
                            new Young(PAGES, 0));
        }
    }

    /// Where hardware sets no access flag MGLRU walks nothing, and idle pages are tracked.
    @ParameterizedTest
    @CsvSource({"VIRTUAL,true", "VIRTUAL,false", "THREADS,true", "THREADS,false"})
    void arm64TracksAsWell(EngineChoice engine, boolean hardware) {
        AccessTracking scenario =
                scenario(
                        Tracking.LRU_GEN,
                        List.of(
                                AgingChoice.LOCKED,
                                AgingChoice.V3,
                                AgingChoice.MERGED,
                                AgingChoice.V1_AS_POSTED,
                                AgingChoice.V3_AS_POSTED),
                        PteFormatChoice.EPT,
                        "host.arch=arm64",
                        "host.hardwareAccessed=" + hardware);
        AccessTrackingResult result = run(scenario, engine);
        assertThat(result.failures()).isEmpty();
        for (AccessTrackingResult.Run run : result.runs()) {
            assertThat(names(run))
                    .contains("Mark memory idle (" + (hardware ? "lru_gen" : "page_idle") + ")");
            assertThat(run.phases().getLast().young()).isEqualTo(new Young(PAGES, 0));
        }
        assertThat(result.assumptions().stream().filter(line -> line.contains("walks no page")))
                .hasSize(hardware ? 0 : 5);
    }

    /// A guest of as many bytes has fewer pages, and each of them is seen.
    @ParameterizedTest
    @CsvSource({"VIRTUAL,16KiB,4", "VIRTUAL,64KiB,16", "THREADS,16KiB,4", "THREADS,64KiB,16"})
    void largerPagesAreTrackedAsWell(EngineChoice engine, String size, int units) {
        AccessTracking scenario =
                scenario(
                        Tracking.LRU_GEN,
                        List.of(AgingChoice.LOCKED, AgingChoice.V3, AgingChoice.MERGED),
                        PteFormatChoice.EPT,
                        "host.arch=arm64",
                        "host.memory=64MiB",
                        "host.watermarks.minFree=1MiB",
                        "host.pageSize=" + size,
                        "guest.memory=" + PAGES * units + "p");
        AccessTrackingResult result = run(scenario, engine);
        assertThat(result.failures()).isEmpty();
        assertThat(passes(result))
                .containsExactly(
                        new Young(PAGES, PAGES),
                        new Young(PAGES, PAGES),
                        new Young(PAGES, PAGES),
                        new Young(PAGES, 0));
    }

    private static List<Young> passes(AccessTrackingResult result) {
        return result.runs().getFirst().phases().stream()
                .map(AccessTrackingResult.Phase::young)
                .filter(young -> young != null)
                .toList();
    }

    @Test
    void phasesAreTheSelftests() {
        AccessTrackingResult result =
                run(
                        scenario(
                                Tracking.LRU_GEN,
                                List.of(AgingChoice.MERGED, AgingChoice.LOCKED_FLUSH),
                                PteFormatChoice.EPT),
                        EngineChoice.VIRTUAL);
        assertThat(names(result.runs().get(0)))
                .containsExactly(
                        "Populating memory",
                        "Initial aging pass",
                        "Re-populating memory",
                        "Writing to populated memory",
                        "Reading from populated memory",
                        "Mark memory idle (lru_gen)",
                        "Writing to idle memory",
                        "Mark memory idle (lru_gen)",
                        "Reading from idle memory",
                        "Mark memory idle (lru_gen)",
                        "Mark memory idle (lru_gen)");
        assertThat(names(result.runs().get(1))).contains("Mark memory idle (page_idle)");
        assertThat(result.assumptions())
                .contains(
                        "locked-flush: tracked by page-idle, for the walk of this design does not"
                                + " ask KVM");
        assertThat(result.runs().get(0).phases()).allMatch(phase -> phase.seconds() > 0);
    }

    private static List<String> names(AccessTrackingResult.Run run) {
        return run.phases().stream().map(AccessTrackingResult.Phase::name).toList();
    }

    /// A TLB as large as the memory hides every access from a pass that flushes nothing.
    @ParameterizedTest
    @EnumSource
    void aTrackerThatCannotSeeIsAFailure(Tracking tracking) {
        AccessTracking scenario =
                scenario(
                        tracking,
                        List.of(AgingChoice.MERGED),
                        PteFormatChoice.EPT,
                        "guest.tlbEntries=512");
        assertThat(run(scenario, EngineChoice.VIRTUAL).failures())
                .hasSizeBetween(2, 3)
                .allMatch(line ->
                        line.contains(
                                "0 of 512 pages are young, but all were touched (a TLB of 512"
                                        + " entries hides"));
    }

    @ParameterizedTest
    @EnumSource
    void allVcpusMayTouchOneRegion(Tracking tracking) {
        AccessTracking scenario =
                scenario(
                        tracking, List.of(AgingChoice.MERGED), PteFormatChoice.NPT, "overlap=true");
        AccessTrackingResult result = run(scenario, EngineChoice.VIRTUAL);
        assertThat(result.failures()).isEmpty();
        assertThat(passes(result)).hasSize(4).endsWith(new Young(PAGES, 0));
    }

    @ParameterizedTest
    @EnumSource
    void aBenchmarkTimesPassesAgainstVcpus(EngineChoice engine) {
        AccessTracking scenario =
                scenario(
                        Tracking.LRU_GEN,
                        List.of(AgingChoice.LOCKED, AgingChoice.MERGED),
                        PteFormatChoice.EPT,
                        "benchmark=true");
        AccessTrackingResult result = run(scenario, engine);
        assertThat(result.failures()).isEmpty();
        assertThat(result.runs())
                .extracting(run -> run.configuration().name())
                .containsExactly("none", "locked", "merged");
        assertThat(result.runs().get(0).benchmark().passes()).isZero();
        for (AccessTrackingResult.Run run : result.runs()) {
            assertThat(run.phases()).isEmpty();
            assertThat(run.benchmark().slowestVcpuSeconds()).isPositive();
        }
        if (engine == EngineChoice.VIRTUAL) {
            assertThat(result.runs().get(1).benchmark().passes()).isPositive();
            assertThat(result.runs().get(1).benchmark().passSeconds()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"host.lru=classic", "host.lruGen=0x1"})
    void whereNoWalkTracksIdlePagesDo(String setting) {
        boolean classic = setting.contains("classic");
        AccessTracking scenario =
                scenario(
                        classic ? Tracking.PAGE_IDLE : Tracking.LRU_GEN,
                        List.of(AgingChoice.MERGED),
                        PteFormatChoice.EPT,
                        setting);
        AccessTrackingResult result = run(scenario, EngineChoice.VIRTUAL);
        assertThat(result.failures()).isEmpty();
        assertThat(names(result.runs().getFirst())).contains("Mark memory idle (page_idle)");
    }

    // --- each design's own query -------------------------------------------------------------

    /// Some pages are touched, and exactly those are found, through the API of the design.
    @ParameterizedTest
    @MethodSource("everything")
    void aHarvestFindsWhatWasTouched(
            EngineChoice engine, AgingChoice design, PteFormatChoice format) {
        AccessTracking scenario = scenario(Tracking.LRU_GEN, List.of(design), format);
        AgingPlan plan = AgingPlan.parse(design.label());
        GuestMachine machine =
                new GuestMachine(
                        new ScenarioRequest<>(scenario, Scale.FULL, engine, false),
                        scenario.configurations().getFirst(),
                        plan,
                        SwapDeviceChoice.NONE,
                        0);
        try (machine) {
            machine.engine().spawn("boss", boss -> harvests(boss, machine, plan));
            machine.engine().run();
        }
    }

    private static void harvests(Cpu boss, GuestMachine machine, AgingPlan plan) {
        machine.build(boss);
        Vcpu vcpu = machine.vm().newVcpu(boss);
        Harvest harvest = new Harvest(machine.host(), plan.design());
        SplittableRandom random = new SplittableRandom(1);
        vcpu.runSequential(boss, GuestMachine.BASE_GFN, machine.end(), true);
        assertThat(harvest.pass(boss, machine.mm(), new BitSet())).isEqualTo(PAGES);
        for (int round = 0; round < 3; round++) {
            BitSet touched = new BitSet();
            for (int i = 0; i < 100; i++) {
                int page = random.nextInt(PAGES);
                touched.set(page);
                long gfn = GuestMachine.BASE_GFN + page;
                assertThat(vcpu.access(boss, gfn, random.nextBoolean())).isZero();
            }
            BitSet young = new BitSet();
            harvest.pass(boss, machine.mm(), young);
            assertThat(young).isEqualTo(touched);
            assertThat(harvest.pass(boss, machine.mm(), new BitSet())).isZero();
        }
        machine.vm().destroy(boss);
    }
}
