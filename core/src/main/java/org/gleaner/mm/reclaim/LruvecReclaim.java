package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;

/// Reclaims from the lists of one cgroup, by whichever LRU the session goes by, and books the work
/// to the cgroup.
final class LruvecReclaim {
    private final LruGenEviction generations;
    private final ClassicReclaim lists;
    private final Booking booking;

    LruvecReclaim(ReclaimContext host, LruGenEviction generations, ClassicReclaim lists) {
        this.generations = generations;
        this.lists = lists;
        booking = new Booking(host.stat());
    }

    /// Returns whether MGLRU has aged the cgroup instead.
    boolean shrink(Cpu cpu, Memcg memcg, ScanControl sc) {
        booking.open(cpu);
        boolean aged = false;
        if (sc.fromGenerations) {
            aged = generations.shrink(cpu, memcg, sc);
        }
        if (sc.fromLists) {
            lists.shrink(cpu, memcg, sc);
        }
        booking.close(cpu, memcg);
        return aged;
    }
}
