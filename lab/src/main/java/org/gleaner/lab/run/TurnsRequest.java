package org.gleaner.lab.run;

import java.util.List;
import org.gleaner.lab.trace.Trace;

/// Replay several traces on one CPU, each in a cgroup of its own below one whose limit they share,
/// in turns of so many accesses each: what the real kernels of a comparison did, in the same order.
///
/// @param guests two or more, in the order of their turns
/// @param memoryPages `memory.max` of the cgroup above all
/// @param turn accesses of a turn, 1 and up
public record TurnsRequest(List<Guest> guests, long memoryPages, int turn, HostChoices host)
        implements OnHost {

    public TurnsRequest {
        guests = List.copyOf(guests);
    }

    /// A trace that takes turns with others.
    ///
    /// @param high `memory.high` of its cgroup, or [Memcg#UNLIMITED]
    /// @param low `memory.low`, 0 for none
    /// @param max `memory.max`, or [Memcg#UNLIMITED]
    public record Guest(Trace trace, long high, long low, long max) {}

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
