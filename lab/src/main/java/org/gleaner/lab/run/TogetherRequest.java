package org.gleaner.lab.run;

import java.util.List;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.trace.Trace;

/// Replay several traces at the same time on one host, each in a cgroup of its own and on a CPU of
/// its own.
///
/// @param guests one or more, with names of their own
/// @param hostPages memory of the host
/// @param swapPages size of swap: 1 and up, 0 exactly if `swap` is none
/// @param seed of everything random in the machine
public record TogetherRequest(
        List<Guest> guests,
        long hostPages,
        Lru lru,
        LruGenChoice lruGen,
        Kernel kernel,
        Through through,
        AgingChoice aging,
        Backing backing,
        Thp thp,
        SwapDeviceChoice swap,
        long swapPages,
        int pageCluster,
        int swappiness,
        EngineChoice engine,
        long seed) {

    /// Of a guest without a limit.
    public static final long UNLIMITED = Long.MAX_VALUE;

    public TogetherRequest {
        guests = List.copyOf(guests);
    }

    /// A trace that is replayed among others.
    ///
    /// @param maxPages `memory.max`, or [#UNLIMITED]
    public record Guest(String name, Trace trace, long maxPages) {}

    /// Pages that all guests touch.
    public long touchedPages() {
        return guests.stream().mapToLong(guest -> guest.trace().distinctPages()).sum();
    }

    /// Pages that all guests map.
    public long mappedPages() {
        return guests.stream().mapToLong(guest -> guest.trace().regionPages()).sum();
    }

    /// Accesses of all guests.
    public long accesses() {
        return guests.stream().mapToLong(guest -> guest.trace().length()).sum();
    }
}
