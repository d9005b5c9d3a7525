package org.gleaner.lab.run;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What each VM of a trial suffered while it was watched. In virtual time; the same request gives
/// the same to the bit.
///
/// @param vms in the order asked for
/// @param usablePages of the host's memory that guests could have
/// @param hostSomePercent share of the time in which any VM was stalled on memory
/// @param kswapdPercent share of it that kswapd was at work
public record TrialResult(
        List<Vm> vms, long usablePages, double hostSomePercent, double kswapdPercent) {

    public TrialResult {
        vms = List.copyOf(vms);
    }

    /// A VM.
    ///
    /// @param startAccess of its trace, where it began
    /// @param ending why it did not live to the end: `host-oom`, `memcg-oom`, `min-ttl` or
    ///     `no-memory`; null if it did, and else all figures are of what it had done by then
    /// @param seconds that it was watched
    /// @param requests that it finished meanwhile
    /// @param stall how much longer each request took than it does with nothing in its way
    /// @param fault how long each fault held it up, minor ones too
    /// @param stallPercent share of the time that it was held up
    /// @param somePercent share of it that it was stalled on memory, as its cgroup's
    ///     memory.pressure tells; `fullPercent` likewise
    /// @param touchedPages what it would have if nothing were taken from it
    /// @param residentPages of its memory at the end
    /// @param throttledSeconds that `memory.high` made it wait
    public record Vm(
            String name,
            String trace,
            long startAccess,
            @Nullable String ending,
            double seconds,
            long requests,
            Quantiles stall,
            Quantiles fault,
            double stallPercent,
            double somePercent,
            double fullPercent,
            long majorFaults,
            double majorFaultsPerSecond,
            long touchedPages,
            long residentPages,
            double throttledSeconds) {}

    /// Times that a share of them did not exceed, in nanoseconds, to a 128th more; 0 if there were
    /// none.
    public record Quantiles(
            long count, long p50, long p90, long p99, long p999, long p9999, long max) {}
}
