package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.gleaner.lab.scenario.AccessTracking;
import org.gleaner.lab.scenario.Configuration;
import org.jspecify.annotations.Nullable;

/// What came out of [AccessTracking].
///
/// @param runs one for each configuration, in their order
public record AccessTrackingResult(
        @JsonUnwrapped Setting<AccessTracking> setting,
        List<Run> runs,
        @JsonUnwrapped Course course)
        implements ScenarioResult {

    public AccessTrackingResult {
        runs = List.copyOf(runs);
    }

    /// One configuration, run.
    ///
    /// @param phases in the order in which they happened
    /// @param benchmark null unless the scenario is a benchmark
    /// @param commands of the scenario that were written in time
    /// @param statistics of all after the first phase, or of the benchmark; null with real threads
    public record Run(
            Configuration configuration,
            List<Phase> phases,
            @Nullable Benchmark benchmark,
            List<CommandResult> commands,
            @Nullable RunStatistics statistics)
            implements MeasuredRun {

        public Run {
            phases = List.copyOf(phases);
            commands = List.copyOf(commands);
        }
    }

    /// One phase of the test: the vCPUs touch their memory, or the tracker looks.
    ///
    /// @param name as the selftest prints it
    /// @param young null where the vCPUs touch and nobody looks
    public record Phase(String name, double seconds, @Nullable Young young) {}

    /// What a pass of the tracker saw.
    ///
    /// @param testedPages how many pages it asked about
    /// @param youngPages how many of these had been used since the pass before
    public record Young(long testedPages, long youngPages) {}

    /// Aging passes back to back, against a guest that populates its memory.
    ///
    /// @param slowestVcpuSeconds until the last vCPU was done
    /// @param passes aging passes until then
    /// @param passSeconds the average pass
    public record Benchmark(double slowestVcpuSeconds, int passes, double passSeconds) {}
}
