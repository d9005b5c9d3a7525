package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.version.KernelVersion;

/// `/sys/kernel/mm/lru_gen/min_ttl_ms`: a working set that was used within so many milliseconds is
/// not to be taken apart; rather, somebody is killed. kswapd looks before each of its rounds
/// (`lru_gen_age_node`) whether any cgroup has a generation old enough to evict, and enough in it
/// to matter at the round's priority.
///
/// A generation is as old as the moment when it was the youngest. Up to 6.12 the oldest of file
/// memory counts for both types; since 6.18, the oldest that can be evicted.
final class LruGenMinTtl {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ReclaimContext host;
    private final LruGenAging aging;

    LruGenMinTtl(ReclaimContext host, LruGenAging aging) {
        this.host = host;
        this.aging = aging;
    }

    /// Has somebody killed if all there is to evict is younger than `millis`; 0 protects nothing.
    void protect(Cpu cpu, long millis, int priority) {
        if (millis == 0) {
            return;
        }
        long now = cpu.now();
        for (Memcg memcg : host.memcgs()) {
            if (isSizable(cpu, memcg, priority)
                    && birth(cpu, memcg) + millis * NANOS_PER_MILLI < now) {
                return;
            }
        }
        host.oomKiller().protectWorkingSets(cpu);
    }

    private long birth(Cpu cpu, Memcg memcg) {
        LruGen gen = memcg.lruvec().gen();
        boolean byFile = host.kernel().isBefore(KernelVersion.V6_18);
        long seq = byFile ? gen.minSeq(cpu, LruGen.FILE) : aging.oldest(cpu, gen, canSwap(memcg));
        return gen.birthNanos(seq);
    }

    /// `lruvec_is_sizable`; on 6.1 everything is at the default priority.
    private boolean isSizable(Cpu cpu, Memcg memcg, int priority) {
        if (host.kernel() == KernelVersion.V6_1 && priority == ScanControl.DEF_PRIORITY) {
            return true;
        }
        LruGen gen = memcg.lruvec().gen();
        long total = 0;
        for (int type = canSwap(memcg) ? LruGen.ANON : LruGen.FILE; type <= LruGen.FILE; type++) {
            for (long seq = gen.minSeq(cpu, type); seq <= gen.maxSeq(cpu); seq++) {
                total += Math.max(0, gen.nrPages(LruGen.slot(seq), type));
            }
        }
        return total >> priority > 0;
    }

    private boolean canSwap(Memcg memcg) {
        return host.swappiness() != 0 && host.swapRoom(memcg) >= LruGenScan.BATCH;
    }
}
