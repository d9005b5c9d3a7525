package org.gleaner.lab.run;

import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.Engine;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.size.Scale;

/// What came out of [Neighbours]. A guest that the OOM killer ended is among the failures.
///
/// @param runs one for each configuration, in their order
public record NeighboursResult(
        Neighbours scenario,
        Scale scale,
        Engine engine,
        Completeness completeness,
        List<Run> runs,
        List<String> assumptions,
        List<String> failures,
        double wallSeconds)
        implements ScenarioResult {

    public NeighboursResult {
        runs = List.copyOf(runs);
        assumptions = List.copyOf(assumptions);
        failures = List.copyOf(failures);
    }

    /// One configuration, run. All counters are of the time after all guests were populated.
    ///
    /// @param sampleSeconds when it was looked what is resident
    /// @param vmstat what the host's counters of these names grew by
    /// @param commands of the scenario that were written in time
    public record Run(
            Configuration configuration,
            List<Double> sampleSeconds,
            List<Guest> guests,
            Map<String, Long> vmstat,
            List<CommandResult> commands) {

        public Run {
            sampleSeconds = List.copyOf(sampleSeconds);
            guests = List.copyOf(guests);
            vmstat = Vmstat.copyOf(vmstat);
            commands = List.copyOf(commands);
        }
    }

    /// One guest.
    ///
    /// @param killed whether the OOM killer ended it
    /// @param accesses pages touched, repetitions included
    /// @param residentPages of its cgroup, at each sample
    /// @param memoryStat what its cgroup's counters of these names grew by
    /// @param memoryEvents what its cgroup's events of these names grew by
    public record Guest(
            String name,
            boolean killed,
            long accesses,
            List<Long> residentPages,
            Map<String, Long> memoryStat,
            Map<String, Long> memoryEvents) {

        public Guest {
            residentPages = List.copyOf(residentPages);
            memoryStat = Vmstat.copyOf(memoryStat);
            memoryEvents = Vmstat.copyOf(memoryEvents);
        }
    }
}
