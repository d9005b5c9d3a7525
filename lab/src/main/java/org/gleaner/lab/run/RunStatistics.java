package org.gleaner.lab.run;

import java.util.List;

/// How long guests, cgroups and locks waited, in the part of a run that counts: what comes before
/// is left out, by scenario. Of virtual time only.
///
/// @param stalls by guest
/// @param pressure of the host, then by guest
/// @param cpuWaits of the host's own tasks and by guest; empty if nobody had to wait for a CPU
/// @param locks that were taken, by class and mode, in the order in which they nest
public record RunStatistics(
        List<Stalls> stalls,
        List<GroupPressure> pressure,
        List<CpuWait> cpuWaits,
        List<LockClassUse> locks) {

    public RunStatistics {
        stalls = List.copyOf(stalls);
        pressure = List.copyOf(pressure);
        cpuWaits = List.copyOf(cpuWaits);
        locks = List.copyOf(locks);
    }

    /// How long faults of a guest's vCPUs kept it waiting, each from its exit to its entry. Of the
    /// percentiles each is a time that as many faults did not exceed, to a 128th more.
    ///
    /// @param name of the guest
    /// @param count faults
    /// @param seconds of all together
    /// @param maxNanos the longest
    public record Stalls(
            String name,
            long count,
            double seconds,
            long p50Nanos,
            long p90Nanos,
            long p99Nanos,
            long p999Nanos,
            long p9999Nanos,
            long maxNanos) {}

    /// Time in which tasks were stalled on memory.
    ///
    /// @param name `host`, or of the guest
    /// @param seconds that were looked at
    /// @param some at least one task was stalled
    /// @param full one was, and none was at work
    /// @param perCpu what a kernel prints, which asks each CPU for itself
    public record GroupPressure(
            String name, double seconds, StallLine some, StallLine full, StallLine perCpu) {}

    /// A line of `memory.pressure`. The averages are those at the end, and look back further than
    /// the part that counts.
    ///
    /// @param avg10 percent
    /// @param avg60 percent
    /// @param avg300 percent
    /// @param totalMicros in the part that counts
    /// @param percent the same as a share of it
    public record StallLine(
            double avg10, double avg60, double avg300, long totalMicros, double percent) {}

    /// How long tasks would have run and had no CPU: of a guest's vCPUs its steal time.
    ///
    /// @param name `host` (kswapd), or of the guest
    /// @param tasks of it
    /// @param seconds of all of them together
    /// @param percent of the time of all of them together
    public record CpuWait(String name, int tasks, double seconds, double percent) {}

    /// The locks of a class, taken in one mode by all CPUs.
    ///
    /// @param name the class, and `:R` if they were taken for reading, together with others
    /// @param acquired how often
    /// @param contended how often not at once
    /// @param waitSeconds in all waits
    /// @param averageWaitNanos of those that had to wait; 0 if none had
    /// @param maxWaitNanos the longest
    /// @param holdSeconds from each entry to its end; readers that are inside together add up
    public record LockClassUse(
            String name,
            long acquired,
            long contended,
            double waitSeconds,
            double averageWaitNanos,
            long maxWaitNanos,
            double holdSeconds) {}
}
