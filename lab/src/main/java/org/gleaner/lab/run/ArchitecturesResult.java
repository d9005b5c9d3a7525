package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.scenario.AcrossArchitectures;
import org.gleaner.lab.scenario.Configuration;
import org.jspecify.annotations.Nullable;

/// What came out of [AcrossArchitectures].
///
/// @param runs one for each configuration, in their order
public record ArchitecturesResult(
        @JsonUnwrapped Setting<AcrossArchitectures> setting,
        List<Run> runs,
        @JsonUnwrapped Course course)
        implements ScenarioResult {

    public ArchitecturesResult {
        runs = List.copyOf(runs);
    }

    /// One configuration, run. All figures but `populateSeconds` are of the rounds.
    ///
    /// @param costs that virtual time charged
    /// @param populateSeconds that the first write of all memory took
    /// @param roundSeconds that all rounds together took, each until its last vCPU was done
    /// @param accesses of all vCPUs
    /// @param readLocks `mmu_lock` for reading
    /// @param writeLocks `mmu_lock` for writing
    /// @param vmstat what the kernel's counters of these names grew by
    /// @param commands of the scenario that were written in time
    /// @param statistics of the rounds; null with real threads
    public record Run(
            Configuration configuration,
            CostModelChoice costs,
            double populateSeconds,
            double roundSeconds,
            long accesses,
            Faults faults,
            Stall stall,
            Aging aging,
            Locks readLocks,
            Locks writeLocks,
            Invalidations invalidations,
            Map<String, Long> vmstat,
            List<CommandResult> commands,
            @Nullable RunStatistics statistics)
            implements MeasuredRun {

        public Run {
            vmstat = Vmstat.copyOf(vmstat);
            commands = List.copyOf(commands);
        }
    }

    /// Faults by what they were for.
    ///
    /// @param major that waited for swap
    /// @param translation of accesses to what the second stage did not map
    /// @param accessFlag of accesses through an entry that was aged, where hardware does not set
    ///     the flag
    /// @param permission of accesses that an entry did not permit
    /// @param retries of these, that an invalidation or a lost race sent back empty-handed
    public record Faults(
            long major, long translation, long accessFlag, long permission, long retries) {}

    /// How long faults kept vCPUs out of the guest.
    ///
    /// @param seconds of all vCPUs together
    /// @param percent of the time in which vCPUs had accesses to do
    /// @param p50Nanos half of the exits took no longer; to a 128th
    /// @param p99Nanos of a hundred exits 99 took no longer
    public record Stall(double seconds, double percent, long p50Nanos, long p99Nanos) {}

    /// What it took to learn what the guest uses.
    ///
    /// @param passes that were asked for, one in each round
    /// @param passSeconds the average pass
    /// @param passNanosPerPage the same for each page that was in memory
    /// @param ageCalls notifiers that tested and cleared, in passes and in reclaim
    /// @param testAgeCalls notifiers that tested
    /// @param notifierSeconds CPU time in all of them, waits for `mmu_lock` included; null without
    ///     virtual time
    public record Aging(
            int passes,
            double passSeconds,
            double passNanosPerPage,
            long ageCalls,
            long testAgeCalls,
            @Nullable Double notifierSeconds) {}

    /// A lock, taken in one mode by all CPUs.
    ///
    /// @param taken how often
    /// @param waits how often not at once
    /// @param waitSeconds in all waits
    public record Locks(long taken, long waits, double waitSeconds) {}

    /// How guests were told of changes.
    ///
    /// @param by what: an interrupt of each vCPU, or a broadcast
    /// @param count how often
    /// @param seconds that those who asked waited until all had heard it
    /// @param unmapCalls notifiers that took a range away
    public record Invalidations(String by, long count, double seconds, long unmapCalls) {}
}
