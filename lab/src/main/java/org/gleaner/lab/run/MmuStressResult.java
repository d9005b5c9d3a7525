package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.MmuStress;
import org.jspecify.annotations.Nullable;

/// What came out of [MmuStress]. A write that got through where it must not, or was lost, is among
/// the failures.
///
/// @param runs one for each configuration, in their order
public record MmuStressResult(
        @JsonUnwrapped Setting<MmuStress> setting, List<Run> runs, @JsonUnwrapped Course course)
        implements ScenarioResult {

    public MmuStressResult {
        runs = List.copyOf(runs);
    }

    /// One configuration, run.
    ///
    /// @param readOnlySeconds of an average mprotect to read-only, until every vCPU was refused all
    ///     its writes
    /// @param writableSeconds of an average mprotect back, until every vCPU had written all again
    /// @param readOnlyFaults writes that were refused while they were forbidden, as they must be
    /// @param forbiddenWrites writes that got through all the same: 0, or it is a failure
    /// @param lostWrites pages that did not hold what was written last: 0, or it is a failure
    /// @param agingPasses that the agers made
    /// @param youngPages that they found, all passes together
    /// @param vmstat what the kernel's counters of these names grew by
    /// @param commands of the scenario that were written in time
    /// @param statistics from the first access to the last; null with real threads
    public record Run(
            Configuration configuration,
            double run1Seconds,
            double resetSeconds,
            double run2Seconds,
            double readOnlySeconds,
            double writableSeconds,
            long readOnlyFaults,
            long forbiddenWrites,
            long lostWrites,
            long agingPasses,
            long youngPages,
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
