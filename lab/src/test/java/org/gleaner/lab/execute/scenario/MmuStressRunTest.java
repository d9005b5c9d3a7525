package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.PteFormatChoice;
import org.gleaner.lab.run.MmuStressResult;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.RunStatistics.CpuWait;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.MmuStress;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
final class MmuStressRunTest {

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

    /// Four slots that show the same 1 MiB, on three vCPUs, with two agers.
    private static MmuStress scenario(String... settings) {
        List<String> all = new ArrayList<>();
        all.add("host.cpus=5");
        all.add("host.memory=16MiB");
        all.add("host.watermarks.minFree=64KiB");
        all.add("guest.vcpus=3");
        all.add("guest.memory=4MiB");
        all.add("guest.slotSize=1MiB");
        all.add("guest.tlbEntries=64");
        all.add("protectRounds=2");
        all.add("agers=2");
        all.add("configurations=[{name: x, aging: merged}]");
        all.addAll(List.of(settings));
        return (MmuStress) ScenarioReader.read(MmuStress.KIND, all, Scale.FULL);
    }

    private static MmuStressResult run(MmuStress scenario, EngineChoice engine) {
        return MmuStressRun.run(
                new ScenarioRequest<>(scenario, Scale.FULL, engine, false), Progress.SILENT);
    }

    private static void assertSound(MmuStressResult result) {
        assertThat(result.failures()).isEmpty();
        assertThat(result.completeness().complete()).isTrue();
        for (MmuStressResult.Run run : result.runs()) {
            assertThat(run.forbiddenWrites()).isZero();
            assertThat(run.lostWrites()).isZero();
            // each vCPU, all its pages, in each round
            assertThat(run.readOnlyFaults()).isGreaterThanOrEqualTo(2 * 1024);
            assertThat(run.run2Seconds()).isPositive();
            assertThat(run.readOnlySeconds()).isPositive();
            assertThat(run.writableSeconds()).isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void noWriteIsLostAndNoneGetsThrough(
            EngineChoice engine, AgingChoice design, PteFormatChoice format) {
        MmuStressResult result =
                run(
                        scenario(
                                "configurations=[{name: x, aging: " + design.label() + "}]",
                                "guest.format=" + format.label()),
                        engine);
        assertSound(result);
        if (engine == EngineChoice.VIRTUAL) {
            assertThat(result.runs().getFirst().agingPasses()).isPositive();
            assertThat(result.runs().getFirst().youngPages()).isPositive();
        }
    }

    /// In the forms, too, that a design has on arm64 alone.
    @ParameterizedTest
    @EnumSource
    void norOnArm64(EngineChoice engine) {
        assertSound(
                run(
                        scenario(
                                "host.arch=arm64",
                                "configurations=[{name: a, aging: v1-as-posted},"
                                        + " {name: b, aging: v2-as-reviewed},"
                                        + " {name: c, aging: v3-as-posted}]"),
                        engine));
    }

    /// Half of the backing has to be swapped all the time, on real threads to a real file.
    @ParameterizedTest
    @EnumSource
    void norUnderMemoryPressure(EngineChoice engine) {
        MmuStressResult result =
                run(
                        scenario(
                                "host.memory=4MiB",
                                "host.swap.size=16MiB",
                                "guest.memory=12MiB",
                                "guest.slotSize=6MiB",
                                "configurations=[{name: a, aging: merged},"
                                        + " {name: b, aging: locked-flush},"
                                        + " {name: c, aging: v3, lru: classic}]"),
                        engine);
        assertSound(result);
        for (MmuStressResult.Run run : result.runs()) {
            assertThat(run.vmstat().get("pswpin")).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"guest.backing=anon", "agers=0", "guest.slotSize=100%"})
    void setUpInAnotherWay(String setting) {
        assertSound(run(scenario(setting), EngineChoice.THREADS));
        assertSound(run(scenario(setting), EngineChoice.VIRTUAL));
    }

    /// Agers let go of the only CPU between page tables, as a kernel does: three vCPUs have three
    /// fifths of it, and less while they wait for each other.
    @Test
    void theOnlyCpuIsSharedEvenly() {
        Scale scale = Scale.parse("1/64");
        List<String> settings =
                List.of(
                        "host.cpus=1",
                        "host.memory=1GiB",
                        "host.watermarks.minFree=4MiB",
                        "guest.vcpus=3",
                        "guest.memory=256MiB",
                        "guest.slotSize=64MiB",
                        "agers=2",
                        "configurations=[{name: x, aging: merged}]");
        MmuStress shared = (MmuStress) ScenarioReader.read(MmuStress.KIND, settings, scale);
        MmuStressResult.Run run =
                MmuStressRun.run(
                                new ScenarioRequest<>(shared, scale, EngineChoice.VIRTUAL, false),
                                Progress.SILENT)
                        .runs()
                        .getFirst();
        RunStatistics statistics = Objects.requireNonNull(run.statistics());
        CpuWait vcpus = statistics.cpuWaits().getLast();
        assertThat(vcpus.tasks()).isEqualTo(3);
        assertThat(vcpus.percent()).isBetween(60.0, 84.0);
    }

    @Test
    void aWordOfThePageForEachSlot() {
        MmuStress scenario = scenario("guest.slotSize=1p");
        assertThatThrownBy(() -> run(scenario, EngineChoice.THREADS))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("1024 slots, of which real threads tell 512 apart");
    }
}
