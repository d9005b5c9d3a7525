package org.gleaner.kvm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An immutable set of slots with two indexes (`struct kvm_memslots`): by guest page, and by
/// interval of host pages. A new set replaces the old one as a whole; readers hold the VM's SRCU.
///
/// The interval index is the array of slots in order of their first host page, with the greatest
/// end of each prefix beside it. A search for `[start, end)` goes down from the last slot that
/// begins before `end` and stops where no slot further down can reach `start`: one step for
/// disjoint slots, and exactly the aliases where many slots share one range.
final class Memslots {
    static final Memslots EMPTY = new Memslots(List.of(), 0);

    /// Changes with every published set.
    final long generation;

    private final List<Memslot> all;
    private final Memslot[] byGfn;
    private final long[] baseGfn;
    private final Memslot[] byVpn;
    private final long[] reach;

    private Memslots(List<Memslot> slots, long generation) {
        this.generation = generation;
        all = List.copyOf(slots);
        byGfn = sorted(slots, Comparator.comparingLong(Memslot::baseGfn));
        byVpn =
                sorted(
                        slots.stream().filter(slot -> !slot.isHostless()).toList(),
                        Comparator.comparingLong(Memslot::vpn));
        baseGfn = new long[byGfn.length];
        reach = new long[byVpn.length];
        long far = Long.MIN_VALUE;
        Arrays.setAll(baseGfn, i -> byGfn[i].baseGfn());
        for (int i = 0; i < byVpn.length; i++) {
            far = Math.max(far, byVpn[i].endVpn());
            reach[i] = far;
        }
    }

    private static Memslot[] sorted(List<Memslot> slots, Comparator<Memslot> order) {
        return slots.stream().sorted(order).toArray(Memslot[]::new);
    }

    /// This set with `slot` in place of the one with its id, or added.
    ///
    /// @throws IllegalArgumentException if guest ranges would overlap (`-EEXIST`)
    Memslots with(Memslot slot) {
        List<Memslot> slots = without(slot.id());
        for (Memslot other : slots) {
            if (slot.baseGfn() < other.endGfn() && other.baseGfn() < slot.endGfn()) {
                throw new IllegalArgumentException(
                        "memory slot " + slot.id() + " overlaps slot " + other.id());
            }
        }
        slots.add(slot);
        return new Memslots(slots, generation + 1);
    }

    /// This set without slot `id`.
    Memslots minus(int id) {
        return new Memslots(without(id), generation + 1);
    }

    private List<Memslot> without(int id) {
        List<Memslot> slots = new ArrayList<>(all);
        slots.removeIf(slot -> slot.id() == id);
        return slots;
    }

    /// The slots, in order of creation.
    List<Memslot> all() {
        return all;
    }

    @Nullable Memslot byId(int id) {
        for (Memslot slot : all) {
            if (slot.id() == id) {
                return slot;
            }
        }
        return null;
    }

    /// The slot that holds guest page `gfn`, or null (`gfn_to_memslot`).
    @Nullable Memslot find(long gfn) {
        int low = 0;
        int high = baseGfn.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (baseGfn[middle] <= gfn) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high >= 0 && gfn < byGfn[high].endGfn() ? byGfn[high] : null;
    }

    /// Where a search for slots that touch host pages below `end` begins; see [#overlap].
    int from(long end) {
        int low = 0;
        int high = byVpn.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (byVpn[middle].vpn() < end) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /// The next slot at or below `i` that reaches beyond host page `start`, or -1. Loop:
    /// `for (int i = from(end); (i = overlap(i, start)) >= 0; i--) at(i)`.
    int overlap(int i, long start) {
        for (; i >= 0 && reach[i] > start; i--) {
            if (byVpn[i].endVpn() > start) {
                return i;
            }
        }
        return -1;
    }

    /// The slot at a position of the interval index.
    Memslot at(int i) {
        return byVpn[i];
    }
}
