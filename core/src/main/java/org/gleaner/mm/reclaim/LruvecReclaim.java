package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;

/// Reclaims from the lists of one cgroup, by whichever LRU is on, and books the work to the cgroup: what this CPU's
/// counters grew by meanwhile.
final class LruvecReclaim {
    private static final VmEvent[] BOOKED = {
        VmEvent.PGSCAN, VmEvent.PGSTEAL, VmEvent.PGREFILL, VmEvent.PSWPOUT
    };

    private final ReclaimContext host;
    private final LruGenEviction generations;
    private final ClassicReclaim lists;
    private final long[] before = new long[BOOKED.length];

    LruvecReclaim(ReclaimContext host, LruGenEviction generations, ClassicReclaim lists) {
        this.host = host;
        this.generations = generations;
        this.lists = lists;
    }

    /// Returns whether MGLRU has aged the cgroup instead.
    boolean shrink(Cpu cpu, Memcg memcg, ScanControl sc) {
        VmStat all = host.stat();
        for (int i = 0; i < BOOKED.length; i++) {
            before[i] = all.get(cpu, BOOKED[i]);
        }
        boolean aged = false;
        if (host.caps().core()) {
            aged = generations.shrink(cpu, memcg, sc);
        } else {
            lists.shrink(cpu, memcg, sc);
        }
        for (int i = 0; i < BOOKED.length; i++) {
            memcg.stat().add(cpu, BOOKED[i], all.get(cpu, BOOKED[i]) - before[i]);
        }
        return aged;
    }
}
