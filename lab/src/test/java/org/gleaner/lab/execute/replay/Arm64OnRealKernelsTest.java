package org.gleaner.lab.execute.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.validate.ValidationRun;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.run.ValidationRequest;
import org.gleaner.lab.run.ValidationResult;
import org.gleaner.lab.run.ValidationResult.Comparison;
import org.gleaner.lab.run.ValidationResult.Row;
import org.gleaner.lab.trace.TraceReader;
import org.gleaner.lab.validate.CellFilter;
import org.gleaner.lab.validate.RealRuns;
import org.gleaner.lab.validate.RealTable;
import org.junit.jupiter.api.Test;

/// Real arm64 kernels' counts, reclaim's and the second stage's.
final class Arm64OnRealKernelsTest {

    private static final Path TABLE = Path.of("..", "validation", "arch", "results.csv");

    /// Access-flag faults in software, and a look-around without page-table walks.
    @Test
    void withoutAccessedFlagsInHardwareNothingIsLeftToChance() {
        exact(compared("kernel=6.12,trace=zipf,mode=mglru,kind=kvm,cpu=cortex-a72,mem_pages=8160"));
    }

    /// Some 300,000 faults, calls to age and calls to unmap.
    @Test
    void eachKernelsMglruIsPlayedToTheLastCount() {
        exact(compared("kernel=6.18,trace=sqlite,cpu=cortex-a72"));
        exact(compared("kernel=7.2,trace=sqlite,cpu=cortex-a72"));
    }

    /// The trace's own pages queue for activation among those of the cgroup.
    @Test
    void theClassicLruActivatesInTheKernelsBatches() {
        exact(compared("kernel=6.12,trace=press9,mode=classic"));
    }

    /// Page-table walks, and the worker that reclaim queues takes its CPU between two of them.
    /// Three boots were the same.
    @Test
    void reclaimsOwnWorkerRunsWhenTheKernelsDoes() {
        Row row = compared("trace=press9,kind=anon");
        assertThat(row.counters())
                .hasSize(6)
                .allSatisfy((_, each) -> assertThat(each.least()).isEqualTo(each.most()))
                .allSatisfy((_, each) -> within(each));
    }

    /// Each of three boots is one switch, at the first, second or third pair of walks.
    @Test
    void whereASwitchIsChanceTheRowIsWithinTheBoots() {
        Row row = compared("trace=loop100k");
        within(row.counters().get("pgmajfault"));
        within(row.counters().get("pgscan"));
    }

    /// Pages of 16 KiB: the trace's pages are the kernel's there.
    @Test
    void largerPagesAreCountedAsTheKernelCountsThem() {
        Row row = compared("trace=zipf13,page_size=16384,cpu=max");
        assertThat(row.counters()).hasSize(6).allSatisfy((_, each) -> within(each));
        within(row.stage2().get("translationFaults"));
    }

    private static void exact(Row row) {
        assertThat(row.counters()).hasSize(6).allSatisfy((_, each) -> within(each));
        assertThat(row.stage2()).hasSize(4).allSatisfy((_, each) -> within(each));
        assertThat(row.stage2().get("accessFaults").least()).isGreaterThan(9_000);
    }

    /// What the guest costs itself is known to a fault.
    private static void within(Comparison each) {
        assertThat(each.median()).isBetween(each.least() - 1, each.most() + 1);
    }

    /// The far side of 6.18's edge, where it reclaims again and again, and page-table walks.
    @Test
    void beyondTheEdgeOf618FaultsAreTheKernels() {
        Row row = compared("kernel=6.18,trace=zipf,arch=arm64,mem_pages=8256");

        assertThat(row.counters().get("pgmajfault").least()).isGreaterThan(110_000);
        within(row.counters().get("pgmajfault"));
        within(row.counters().get("pswpout"));
        within(row.stage2().get("translationFaults"));
    }

    private static Row compared(String only) {
        List<RealRuns> cells =
                CellFilter.ofReplays(List.of(only)).of(RealTable.read(TABLE, Input.ofProcess()));
        assertThat(cells).hasSize(1);
        String name = cells.getFirst().cell().trace();
        Path beside = TABLE.resolveSibling(name + ".u32.xz");
        Path bundled = Path.of("..", "traces", name + ".u32.xz");
        var trace = TraceReader.read(Files.exists(beside) ? beside : bundled);
        ValidationRequest request =
                new ValidationRequest(TABLE, cells, Map.of(name, trace), List.of(1L));
        ValidationResult result = ValidationRun.run(request, ReplayRun::run, Progress.SILENT);
        assertThat(result.failures()).isEmpty();
        return result.rows().getFirst();
    }
}
