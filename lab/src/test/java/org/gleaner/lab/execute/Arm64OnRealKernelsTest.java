package org.gleaner.lab.execute;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.Progress;
import org.gleaner.lab.run.ValidationRequest;
import org.gleaner.lab.run.ValidationResult;
import org.gleaner.lab.run.ValidationResult.Row;
import org.gleaner.lab.trace.TraceCatalog;
import org.gleaner.lab.trace.TraceReader;
import org.gleaner.lab.validate.CellFilter;
import org.gleaner.lab.validate.RealRuns;
import org.gleaner.lab.validate.RealTable;
import org.junit.jupiter.api.Test;

/// Real arm64 kernels' counts, reclaim's and the second stage's, where the limit is off an edge.
final class Arm64OnRealKernelsTest {

    private static final Path TABLE = Path.of("..", "validation", "arch", "results.csv");

    /// Access-flag faults in software, and a look-around without page-table walks.
    @Test
    void withoutAccessedFlagsInHardwareEachCountIsWithinAPercent() {
        Row row = compared("cpu=cortex-a72,mem_pages=8160");

        assertThat(row.counters().values())
                .hasSize(6)
                .allSatisfy(each -> assertThat(each.errorPercent()).isBetween(-1.0, 1.0));
        assertThat(row.stage2().values())
                .hasSize(4)
                .allSatisfy(each -> assertThat(each.errorPercent()).isBetween(-1.0, 1.0));
        assertThat(row.stage2().get("accessFaults").least()).isGreaterThan(60_000);
    }

    /// The far side of 6.18's edge, where it reclaims again and again.
    @Test
    void beyondTheEdgeOf618FaultsAreWithinAPercent() {
        Row row = compared("kernel=6.18,mem_pages=8256");

        assertThat(row.counters().get("pgmajfault").least()).isGreaterThan(110_000);
        assertThat(row.counters().get("pgmajfault").errorPercent()).isBetween(-1.0, 1.0);
        assertThat(row.stage2().get("translationFaults").errorPercent()).isBetween(-1.0, 1.0);
    }

    private static Row compared(String only) {
        List<RealRuns> cells = new CellFilter(List.of(only)).of(RealTable.read(TABLE));
        var zipf = TraceReader.read(new TraceCatalog(Path.of("..", "traces")).find("zipf"));
        ValidationRequest request =
                new ValidationRequest(TABLE, cells, Map.of("zipf", zipf), List.of(1L));
        ValidationResult result = ValidationRun.run(request, ReplayRun::run, Progress.SILENT);
        assertThat(result.failures()).isEmpty();
        assertThat(result.rows()).hasSize(1);
        return result.rows().getFirst();
    }
}
