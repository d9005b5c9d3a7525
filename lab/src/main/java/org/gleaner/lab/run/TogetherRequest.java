package org.gleaner.lab.run;

import java.util.List;
import org.gleaner.lab.trace.Trace;

/// Replay several traces at the same time on one host, each in a cgroup of its own and on a CPU of
/// its own.
///
/// @param guests one or more, with names of their own
/// @param hostPages memory of the host
public record TogetherRequest(List<Guest> guests, long hostPages, HostChoices host)
        implements OnHost {

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
