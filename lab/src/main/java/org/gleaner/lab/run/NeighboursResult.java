package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Neighbours;
import org.jspecify.annotations.Nullable;

/// What came out of [Neighbours]. A guest that the OOM killer ended is among the failures.
///
/// @param runs one for each configuration, in their order
public record NeighboursResult(
        @JsonUnwrapped Setting<Neighbours> setting, List<Run> runs, @JsonUnwrapped Course course)
        implements ScenarioResult {

    public NeighboursResult {
        runs = List.copyOf(runs);
    }

    /// One configuration, run. All counters but those of [Populating] are of the time after all
    /// guests were populated.
    ///
    /// @param populating what it took until then
    /// @param sampleSeconds when it was looked what is resident
    /// @param kswapd how much it had to do
    /// @param vmstat what the host's counters of these names grew by
    /// @param commands of the scenario that were written in time
    /// @param statistics of the time in which they worked; null with real threads
    public record Run(
            Configuration configuration,
            Populating populating,
            List<Double> sampleSeconds,
            List<Guest> guests,
            Kswapd kswapd,
            Map<String, Long> vmstat,
            List<CommandResult> commands,
            @Nullable RunStatistics statistics)
            implements MeasuredRun {

        public Run {
            sampleSeconds = List.copyOf(sampleSeconds);
            guests = List.copyOf(guests);
            vmstat = Vmstat.copyOf(vmstat);
            commands = List.copyOf(commands);
        }
    }

    /// What background reclaim cost.
    ///
    /// @param cpuSeconds that it was at work
    /// @param share of a CPU, 0 to 1
    public record Kswapd(double cpuSeconds, double share) {}

    /// The time before all guests were populated.
    ///
    /// @param seconds how long it was
    /// @param vmstat what the host's counters of these names grew by
    public record Populating(double seconds, Map<String, Long> vmstat) {
        public Populating {
            vmstat = Vmstat.copyOf(vmstat);
        }
    }

    /// How a guest ended before its time.
    ///
    /// @param seconds since the host was started
    /// @param populating whether not all guests were populated
    public record End(Why why, double seconds, boolean populating) {}

    /// Why a guest ended before its time.
    public enum Why {
        HOST_OOM("host-oom", "the OOM killer ended it, for the host was out of memory and swap"),
        MEMCG_OOM("memcg-oom", "the OOM killer ended it, for a cgroup was above memory.max"),
        MIN_TTL("min-ttl", "the OOM killer ended it, for all memory was younger than min_ttl_ms"),
        NO_MEMORY("enomem", "an access found no memory (ENOMEM)");

        private final String label;
        private final String told;

        Why(String label, String told) {
            this.label = label;
            this.told = told;
        }

        @JsonValue
        public String label() {
            return label;
        }

        /// For people.
        public String told() {
            return told;
        }
    }

    /// What populating one guest took.
    ///
    /// @param seconds until its last vCPU had written its share, or it ended
    /// @param throttledSeconds that its vCPUs, all together, slept for `memory.high`
    /// @param memoryStat what its cgroup's counters of these names grew by
    /// @param memoryEvents what its cgroup's events of these names grew by
    public record GuestPopulating(
            double seconds,
            double throttledSeconds,
            Map<String, Long> memoryStat,
            Map<String, Long> memoryEvents) {

        public GuestPopulating {
            memoryStat = Vmstat.copyOf(memoryStat);
            memoryEvents = Vmstat.copyOf(memoryEvents);
        }
    }

    /// A phase of a guest's work, in one of its rounds.
    ///
    /// @param round 1 and up
    /// @param seconds from when its first vCPU began until the last was done, or its time was up
    /// @param complete whether it came to its end before the guests' time did
    /// @param operations of all vCPUs
    public record Phase(
            int round,
            String name,
            double seconds,
            boolean complete,
            long operations,
            Latency latency) {

        /// All vCPUs together.
        public double operationsPerSecond() {
            return seconds == 0 ? 0 : operations / seconds;
        }
    }

    /// How long operations took, in microseconds; quantiles are a 128th too long at most.
    public record Latency(double mean, double p50, double p99, double p999) {}

    /// One guest.
    ///
    /// @param killed whether the OOM killer ended it
    /// @param end null for one that ran to the end
    /// @param accesses pages touched, repetitions included
    /// @param throttledSeconds that its vCPUs, all together, slept for `memory.high`
    /// @param residentPages of its cgroup, at each sample
    /// @param memoryStat what its cgroup's counters of these names grew by
    /// @param memoryEvents what its cgroup's events of these names grew by
    /// @param phases of its work that were begun; none where it does something else
    public record Guest(
            String name,
            boolean killed,
            @Nullable End end,
            GuestPopulating populating,
            long accesses,
            double throttledSeconds,
            List<Long> residentPages,
            Map<String, Long> memoryStat,
            Map<String, Long> memoryEvents,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Phase> phases) {

        public Guest {
            phases = List.copyOf(phases);
            residentPages = List.copyOf(residentPages);
            memoryStat = Vmstat.copyOf(memoryStat);
            memoryEvents = Vmstat.copyOf(memoryEvents);
        }
    }
}
