package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.run.ArchitecturesResult;
import org.gleaner.lab.run.ArchitecturesResult.Aging;
import org.gleaner.lab.run.ArchitecturesResult.Faults;
import org.gleaner.lab.run.ArchitecturesResult.Invalidations;
import org.gleaner.lab.run.ArchitecturesResult.Locks;
import org.gleaner.lab.run.ArchitecturesResult.Run;
import org.gleaner.lab.run.ArchitecturesResult.Stall;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.Course;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.run.Seeded;
import org.gleaner.lab.run.Setting;
import org.gleaner.lab.scenario.AcrossArchitectures;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ArchitecturesTextTest {

    /// The first and the last configuration, the first one's figures times `factor`.
    private static ArchitecturesResult result(int factor, @Nullable Double notifiers) {
        AcrossArchitectures scenario =
                (AcrossArchitectures)
                        ScenarioReader.read(AcrossArchitectures.KIND, List.of(), Scale.FULL);
        Run x86 =
                new Run(
                        scenario.configurations().getFirst(),
                        CostModelChoice.X86_SERVER,
                        0.5,
                        1.25 * factor,
                        1_000_000,
                        new Faults(10_000L * factor, 12_000, 0, 3, 1_500),
                        new Stall(4.5, 45, 4_864, 24_576),
                        new Aging(4, 0.00417, 113.6, 470_000, 12, notifiers),
                        new Locks(48_000, 15_000, 0.0224),
                        new Locks(93_000, 63_000, 0.0954),
                        new Invalidations("interrupt", 46_000, 0.029, 46_500),
                        Map.of("pgmajfault", 10_000L),
                        List.of(),
                        null);
        Run arm64 =
                new Run(
                        scenario.configurations().getLast(),
                        CostModelChoice.ARM64_N1,
                        0.5,
                        1.75,
                        1_000_000,
                        new Faults(11_000, 13_000, 54_000, 4, 2_500),
                        new Stall(9, 64.3, 1_407, 14_335),
                        new Aging(4, 0.00002, 0.547, 280_000, 0, notifiers),
                        new Locks(118_000, 37_000, 0.0563),
                        new Locks(376_000, 203_000, 0.435),
                        new Invalidations("broadcast", 48_000, 0.0265, 48_000),
                        Map.of("pgmajfault", 11_000L),
                        List.of(),
                        null);
        return new ArchitecturesResult(
                new Setting<>(scenario, Scale.FULL, EngineChoice.VIRTUAL),
                List.of(x86, arm64),
                new Course(Completeness.whole(2), List.of(), List.of(), 1));
    }

    private static Seeded<ScenarioResult> alone(ArchitecturesResult result) {
        return new Seeded<>(null, 1, List.of(1L), List.of(result));
    }

    @Test
    void aColumnForEachConfiguration() {
        assertThat(ArchitecturesText.summary(List.of(result(1, 0.0292))).lines())
                .map(line -> line.replaceAll(" {2,}", "  "))
                .startsWith(
                        "  x86  " + last(),
                        "rounds, s  1.25  1.75",
                        "faults: major  10,000  11,000",
                        "  translation  12,000  13,000",
                        "  access flag  0  54,000",
                        "  permission  3  4",
                        "  retried  1,500  2,500",
                        "stall, %  45.0  64.3",
                        "  p50, us  4.86  1.41",
                        "  p99, us  24.6  14.3",
                        "aging pass, ms  4.17  0.0200",
                        "  a page, ns  114  0.547",
                        "age calls  470,000  280,000",
                        "  that only test  12  0",
                        "  CPU, ms  29.2  29.2",
                        "mmu_lock, read  48,000  118,000",
                        "  waited for  15,000  37,000",
                        "  waits, ms  22.4  56.3",
                        "mmu_lock, write  93,000  376,000",
                        "  waited for  63,000  203,000",
                        "  waits, ms  95.4  435",
                        "invalidated by  IPI  DVM",
                        "  how often  46,000  48,000",
                        "  waits, ms  29.0  26.5",
                        "unmap calls  46,500  48,000");
    }

    private static String last() {
        return result(1, null).runs().getLast().configuration().name();
    }

    @Test
    void theAnswerSaysWhatTheProcessorsAre() {
        ArchitecturesResult result = result(1, 0.0292);
        String text = ScenarioText.of(result.completeness(), alone(result), null);
        assertThat(text)
                .contains("\nthe guest writes all of its memory, more than its host has, ")
                .contains("x86         x86, costs x86-server; ")
                .contains(
                        "softaf-64k  arm64 without a hardware access flag, 64KiB pages, costs arm64-n1;");
        assertThat(text.lines()).allMatch(line -> line.length() <= 100);
        assertThat(ScenarioText.full(result.completeness(), alone(result), null))
                .containsPattern("pgmajfault +10,000 +11,000\n");
    }

    @Test
    void withoutVirtualTimeThereIsNoCpuTime() {
        assertThat(ArchitecturesText.summary(List.of(result(1, null))))
                .containsPattern("\n  CPU, ms +- +-\n");
    }

    @Test
    void severalSeedsHaveRanges() {
        String text =
                ArchitecturesText.summary(List.of(result(1, 0.1), result(2, 0.1), result(3, 0.1)));
        assertThat(text).contains("20,000 (10,000-30,000)").contains("11,000");
    }
}
