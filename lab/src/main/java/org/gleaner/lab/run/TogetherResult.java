package org.gleaner.lab.run;

import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.jspecify.annotations.Nullable;

/// What replaying several traces on one host did. The components are the fields of the JSON
/// document.
///
/// @param guests in the order asked for
/// @param hostPages memory of the host
/// @param usablePages of it that guests can have
/// @param aging null unless through KVM
/// @param vmstat what the host's counters grew by
/// @param machineSeconds virtual seconds until the last guest was through; null if the engine keeps
///     no virtual time
/// @param statistics who waited for what until then; null with real threads
/// @param wallSeconds real seconds
/// @param accessesPerSecond replayed accesses of all guests in a real second
public record TogetherResult(
        List<Guest> guests,
        long hostPages,
        long usablePages,
        Lru lru,
        LruGenChoice lruGen,
        Kernel kernel,
        Through through,
        @Nullable AgingChoice aging,
        Backing backing,
        Thp thp,
        SwapDeviceChoice swap,
        long swapPages,
        int pageCluster,
        int swappiness,
        PageSizeChoice pageSize,
        EngineChoice engine,
        long seed,
        Map<String, Long> vmstat,
        @Nullable Double machineSeconds,
        @Nullable RunStatistics statistics,
        double wallSeconds,
        double accessesPerSecond,
        List<String> failures)
        implements Result {

    public TogetherResult {
        guests = List.copyOf(guests);
        vmstat = Vmstat.copyOf(vmstat);
        failures = List.copyOf(failures);
    }

    /// A guest.
    ///
    /// @param accesses in its trace
    /// @param memoryPages its limit; null for none
    /// @param paced whether it kept to the times of its trace
    /// @param replayedAccesses how far it got: `accesses` unless killed
    /// @param machineSeconds virtual seconds from the beginning until it was through
    /// @param vmstat what its cgroup's counters grew by
    public record Guest(
            String trace,
            long accesses,
            long distinctPages,
            @Nullable Long memoryPages,
            boolean paced,
            boolean oomKill,
            long replayedAccesses,
            @Nullable Double machineSeconds,
            Map<String, Long> vmstat) {

        public Guest {
            vmstat = Vmstat.copyOf(vmstat);
        }
    }

    /// The result of `request`.
    public static TogetherResult of(
            TogetherRequest request,
            List<Guest> guests,
            long usablePages,
            Map<String, Long> vmstat,
            @Nullable Double machineSeconds,
            @Nullable RunStatistics statistics,
            double wallSeconds) {
        List<String> failures =
                guests.stream()
                        .filter(Guest::oomKill)
                        .map(guest ->
                                "the OOM killer ended "
                                        + guest.trace()
                                        + " at access "
                                        + guest.replayedAccesses())
                        .toList();
        long replayed = guests.stream().mapToLong(Guest::replayedAccesses).sum();
        return new TogetherResult(
                guests,
                request.hostPages(),
                usablePages,
                request.lru(),
                request.lruGen(),
                request.kernel(),
                request.through(),
                request.through() == Through.KVM ? request.aging() : null,
                request.backing(),
                request.thp(),
                request.swap(),
                request.swapPages(),
                request.pageCluster(),
                request.swappiness(),
                request.pageSize(),
                request.engine(),
                request.seed(),
                vmstat,
                machineSeconds,
                statistics,
                wallSeconds,
                wallSeconds > 0 ? replayed / wallSeconds : 0,
                failures);
    }
}
