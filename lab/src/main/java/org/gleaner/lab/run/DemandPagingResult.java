package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.PageSupplier;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.DemandPaging;
import org.jspecify.annotations.Nullable;

/// What came out of [DemandPaging].
///
/// @param runs one for each configuration and supplier, in their order
public record DemandPagingResult(
        @JsonUnwrapped Setting<DemandPaging> setting, List<Run> runs, @JsonUnwrapped Course course)
        implements ScenarioResult {

    public DemandPagingResult {
        runs = List.copyOf(runs);
    }

    /// One configuration with one supplier, run.
    ///
    /// @param label of the run
    /// @param seconds until all vCPUs had touched all of their memory
    /// @param pages that were supplied
    /// @param pagesPerSecond of all vCPUs together
    /// @param exits of vCPUs to their own user space
    /// @param vmstat what the kernel's counters of these names grew by
    /// @param commands of the scenario that were written in time
    /// @param statistics of the time in which the vCPUs touched it; null with real threads
    public record Run(
            Configuration configuration,
            PageSupplier supplier,
            String label,
            double seconds,
            long pages,
            double pagesPerSecond,
            long exits,
            Map<String, Long> vmstat,
            List<CommandResult> commands,
            @Nullable RunStatistics statistics)
            implements MeasuredRun {

        public Run {
            vmstat = Vmstat.copyOf(vmstat);
            commands = List.copyOf(commands);
        }
    }
}
