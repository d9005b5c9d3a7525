package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;

/// Reclaims from the lists of one cgroup, by whichever LRU the session goes by.
final class LruvecReclaim {
    private final LruGenEviction generations;
    private final ClassicReclaim lists;

    LruvecReclaim(LruGenEviction generations, ClassicReclaim lists) {
        this.generations = generations;
        this.lists = lists;
    }

    /// Returns whether MGLRU has aged the cgroup instead.
    boolean shrink(Cpu cpu, Memcg memcg, ScanControl sc) {
        boolean aged = false;
        if (sc.fromGenerations) {
            aged = generations.shrink(cpu, memcg, sc);
        }
        if (sc.fromLists) {
            lists.shrink(cpu, memcg, sc);
        }
        return aged;
    }
}
