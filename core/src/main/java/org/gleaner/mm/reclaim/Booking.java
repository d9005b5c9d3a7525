package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;

/// Books what reclaim does to a cgroup, which only the host's counters say while it is at it: what
/// this CPU's counters grew by meanwhile. Whatever reclaims from one cgroup's lists is booked, so
/// that cgroups add up to the host.
@OneCpu
final class Booking {
    private static final VmEvent[] BOOKED = {
        VmEvent.PGSCAN, VmEvent.PGSTEAL, VmEvent.PGREFILL, VmEvent.PSWPOUT
    };

    private final VmStat all;
    private final long[] before = new long[BOOKED.length];

    Booking(VmStat all) {
        this.all = all;
    }

    void open(Cpu cpu) {
        for (int i = 0; i < BOOKED.length; i++) {
            before[i] = all.get(cpu, BOOKED[i]);
        }
    }

    void close(Cpu cpu, Memcg memcg) {
        for (int i = 0; i < BOOKED.length; i++) {
            memcg.stat().add(cpu, BOOKED[i], all.get(cpu, BOOKED[i]) - before[i]);
        }
    }
}
