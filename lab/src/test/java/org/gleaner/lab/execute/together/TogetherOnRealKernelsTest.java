package org.gleaner.lab.execute.together;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.validate.TogetherValidationRun;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.run.TogetherValidationRequest;
import org.gleaner.lab.run.TogetherValidationResult;
import org.gleaner.lab.run.TogetherValidationResult.Row;
import org.gleaner.lab.run.ValidationResult.Comparison;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.gleaner.lab.validate.CellFilter;
import org.gleaner.lab.validate.TogetherRuns;
import org.gleaner.lab.validate.TogetherTable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Traces that took turns in cgroups under one limit, on real kernels and here.
final class TogetherOnRealKernelsTest {

    private static final Path TABLE = Path.of("..", "validation", "together", "results.csv");

    /// Which cgroup pages are taken from, what each statistic was when it was read, and how charges
    /// wait in stocks: if one of these were otherwise, no count would be equal.
    @Test
    void theClassicLruTakesFromEachWhatTheKernelTakes() {
        exact(compared("kernel=7.2,traces=press25+uniform26,mode=classic,mem_pages=10667"));
        exact(compared("kernel=6.12,traces=press25+uniform26,mode=classic,mem_pages=10667"));
    }

    /// Reclaim that ages a cgroup on another's turn: its tasks did not run meanwhile, whoever else
    /// did.
    @Test
    void mglruTakesFromEachWhatTheKernelTakes() {
        exact(
                compared(
                        "kernel=7.2,traces=zipf21+shift22,mode=mglru,mem_pages=14120,kind=anon,max=0+0"));
        exact(compared("kernel=7.2,traces=ycsb23+chase24,mode=mglru,mem_pages=8595,kind=kvm"));
    }

    @Test
    void limitsOfOneKeepTheOtherAsInTheKernel() {
        for (String limit : List.of("high=3500+0", "low=0+6000", "max=5000+0")) {
            Row row = compared("kernel=6.12,mode=classic," + limit);
            row.guests().forEach(guest -> isWithin(guest, 3));
            isWithin(row.all(), 2);
        }
    }

    /// All rows with one seed, some of which are chance.
    @Test
    @Tag("long")
    void allRowsAreWithinTheirBounds() {
        TogetherValidationResult result = run(TogetherTable.read(TABLE, Input.ofProcess()));
        assertThat(result.rows()).hasSizeGreaterThan(70);
        assertThat(result.failures()).hasSizeLessThan(3);
        assertThat(result.summary())
                .filteredOn(share -> share.counter().endsWith("of all") && share.percent() == 5)
                .allSatisfy(
                        share -> assertThat(share.rows()).isGreaterThanOrEqualTo(share.of() - 1));
    }

    /// As many major faults of each as in one of the boots, or between them.
    private static void exact(Row row) {
        row.guests().forEach(guest -> isWithin(guest, 0));
        isWithin(row.all(), 0);
        assertThat(row.all().get("pgmajfault").most()).isPositive();
    }

    private static void isWithin(Map<String, Comparison> counters, double percent) {
        assertThat(Math.abs(counters.get("pgmajfault").errorPercent()))
                .as("%s", counters)
                .isLessThanOrEqualTo(percent);
    }

    private static Row compared(String only) {
        List<TogetherRuns> cells =
                CellFilter.ofTogether(List.of(only))
                        .of(TogetherTable.read(TABLE, Input.ofProcess()));
        assertThat(cells).as(only).hasSize(1);
        return run(cells).rows().getFirst();
    }

    private static TogetherValidationResult run(List<TogetherRuns> cells) {
        Map<String, Trace> traces = new LinkedHashMap<>();
        for (TogetherRuns runs : cells) {
            for (String name : runs.cell().traces()) {
                traces.computeIfAbsent(name, TogetherOnRealKernelsTest::trace);
            }
        }
        return TogetherValidationRun.run(
                new TogetherValidationRequest(TABLE, cells, traces, List.of(1L)), Progress.SILENT);
    }

    private static Trace trace(String name) {
        Path beside = TABLE.resolveSibling(name + ".u32.xz");
        Path bundled = Path.of("..", "traces", name + ".u32.xz");
        return TraceReader.read(beside.toFile().exists() ? beside : bundled);
    }
}
