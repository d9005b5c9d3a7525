package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.LogEnding;
import org.gleaner.lab.run.DirtyLogPerfResult;
import org.gleaner.lab.run.DirtyLogPerfResult.Counts;
import org.gleaner.lab.run.DirtyLogPerfResult.Run;
import org.gleaner.lab.run.DirtyLogPerfResult.Step;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.DirtyLogPerf;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Four vCPUs with 8 MiB each: H = 16 huge pages, P = 8,192 pages.
final class DirtyLogPerfRunTest {
    private static final int H = 16;
    private static final int P = H * 512;

    private static DirtyLogPerf scenario(String... settings) {
        List<String> all = new ArrayList<>();
        all.add("host.memory=256MiB");
        all.add("guest.vcpus=4");
        all.add("guest.memory=32MiB");
        all.add("pml=false");
        all.addAll(List.of(settings));
        return (DirtyLogPerf) ScenarioReader.read(DirtyLogPerf.KIND, all, Scale.FULL);
    }

    private static DirtyLogPerfResult run(EngineChoice engine, String... settings) {
        DirtyLogPerfResult result =
                DirtyLogPerfRun.run(
                        new ScenarioRequest<>(scenario(settings), Scale.FULL, engine, false),
                        Progress.SILENT);
        assertThat(result.failures()).isEmpty();
        assertThat(result.completeness().complete()).isTrue();
        return result;
    }

    private static Counts counts(Run run, Step step, int iteration) {
        return run.phases(step).stream()
                .filter(phase -> phase.iteration() == iteration)
                .findFirst()
                .orElseThrow()
                .counts();
    }

    /// Who ends the log lets others have the CPU, and flushes before that.
    @Test
    void onOneCpuTheLogEndsInTurns() {
        Scale scale = Scale.parse("1/64");
        List<String> settings =
                List.of(
                        "host.cpus=1",
                        "host.memory=32GiB",
                        "guest.vcpus=4",
                        "guest.memory=16GiB",
                        "pml=false");
        DirtyLogPerf shared =
                (DirtyLogPerf) ScenarioReader.read(DirtyLogPerf.KIND, settings, scale);
        ScenarioRequest<DirtyLogPerf> request =
                new ScenarioRequest<>(shared, scale, EngineChoice.VIRTUAL, false);
        for (Run run : DirtyLogPerfRun.run(request, Progress.SILENT).runs()) {
            Counts counts = counts(run, Step.DISABLE, 0);
            assertThat(counts.yields()).isPositive();
            if (run.ending() != LogEnding.ZAP_FLUSH_EACH) {
                assertThat(counts.flushes()).isEqualTo(1 + counts.yields());
            }
        }
    }

    @Test
    void eachWayToEndTheLogHasItsFlushesAndFaults() {
        DirtyLogPerfResult result = run(EngineChoice.VIRTUAL);
        assertThat(result.runs()).extracting(Run::ending).containsExactly(LogEnding.values());
        for (Run run : result.runs()) {
            assertThat(counts(run, Step.POPULATE, 0).slowFaults()).isEqualTo(H);
            assertThat(counts(run, Step.DISABLE, 0).recovered()).isEqualTo(H);
            assertThat(counts(run, Step.DISABLE, 0).yields()).isZero();
            assertThat(counts(run, Step.DISABLE, 0).flushes())
                    .isEqualTo(run.ending() == LogEnding.ZAP_FLUSH_EACH ? H : 1);
            long refaults =
                    counts(run, Step.DISABLE, 0).slowFaults()
                            + counts(run, Step.TOUCH_AGAIN, 0).slowFaults();
            assertThat(refaults).isEqualTo(run.ending() == LogEnding.RECOVER ? 0 : H);
        }
        assertThat(result.ratios()).hasSize(2);
        assertThat(result.ratios().getFirst().disable()).isGreaterThan(1);
        assertThat(result.ratios().getLast().disable()).isBetween(0.8, 1.25);
    }

    @Test
    void nonManual() {
        Run run =
                run(EngineChoice.VIRTUAL, "mode=non-manual", "endings=[recover]").runs().getFirst();
        assertThat(counts(run, Step.ENABLE, 0))
                .isEqualTo(new Counts(0, 0, 0, 0, 1, H, 0, 0, 0, 0, 0));
        for (int i = 1; i <= 2; i++) {
            assertThat(counts(run, Step.DIRTY, i))
                    .isEqualTo(new Counts(0, P, 0, 0, 0, 0, 0, 0, 0, 0, 0));
            assertThat(counts(run, Step.GET, i))
                    .isEqualTo(new Counts(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, P));
        }
        assertThat(run.phases(Step.CLEAR)).isEmpty();
    }

    @Test
    void initiallySet() {
        Run run = run(EngineChoice.VIRTUAL, "endings=[recover]").runs().getFirst();
        assertThat(counts(run, Step.ENABLE, 0))
                .isEqualTo(new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        assertThat(counts(run, Step.DIRTY, 1))
                .isEqualTo(new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        assertThat(counts(run, Step.GET, 1)).isEqualTo(new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, P));
        assertThat(counts(run, Step.CLEAR, 1))
                .isEqualTo(new Counts(0, 0, 0, 0, 1, H, 0, 0, 0, 0, 0));
        assertThat(counts(run, Step.DIRTY, 2))
                .isEqualTo(new Counts(0, P, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void whatHardwareNotesIsNoFault() {
        Run run =
                run(EngineChoice.VIRTUAL, "mode=manual", "pml=true", "endings=[recover]")
                        .runs()
                        .getFirst();
        // each vCPU has 2,048 pages; the last 512 are taken when it leaves the guest for good
        Counts pass = new Counts(0, 0, 0, 0, 0, 0, 0, 0, P, 4 * 3, 0);
        assertThat(counts(run, Step.DIRTY, 1)).isEqualTo(pass);
        assertThat(counts(run, Step.GET, 1).logBits()).isEqualTo(P);
        assertThat(counts(run, Step.DIRTY, 2)).isEqualTo(pass);
    }

    @Test
    void someOfTheAccessesAreWrites() {
        Run run =
                run(
                                EngineChoice.VIRTUAL,
                                "mode=manual",
                                "writePercent=25",
                                "endings=[recover]",
                                "runWhileDisabling=false")
                        .runs()
                        .getFirst();
        long written = counts(run, Step.DIRTY, 1).fastFaults();
        assertThat(written).isBetween(P / 5L, P * 3L / 10);
        assertThat(counts(run, Step.GET, 1).logBits()).isEqualTo(written);
    }

    @Test
    void oneSeedIsOneRun() {
        List<Run> once = run(EngineChoice.VIRTUAL, "writePercent=50").runs();
        assertThat(run(EngineChoice.VIRTUAL, "writePercent=50").runs()).isEqualTo(once);
    }

    @ParameterizedTest
    @EnumSource
    void onBothEngines(EngineChoice engine) {
        for (Run run : run(engine, "iterations=3").runs()) {
            for (int i = 1; i <= 3; i++) {
                assertThat(counts(run, Step.GET, i).logBits()).isEqualTo(P);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hugetlb=none",
                "host.thp=always",
                "guest.slotSize=8MiB",
                "guest.tlbEntries=64",
                "eagerSplit=false",
                "pml=true",
                "guest.format=npt",
                "guest.format=ept-noad",
                "mode=manual"
            })
    void setUpInAnotherWay(String setting) {
        String pool = setting.startsWith("host.thp") ? "hugetlb=none" : "seed=2";
        for (Run run : run(EngineChoice.VIRTUAL, pool, setting).runs()) {
            assertThat(counts(run, Step.GET, 2).logBits()).isEqualTo(P);
        }
    }
}
