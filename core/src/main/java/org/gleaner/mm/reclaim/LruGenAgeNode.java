package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;

/// kswapd's round of aging before each pass, in kernels whose passes leave aging to it
/// (`lru_gen_age_node` of 6.1): every cgroup that needs a new generation gets one, unless the last
/// round went well without.
final class LruGenAgeNode {
    private final ReclaimContext host;
    private final LruGenAging aging;
    private final LruGenEviction eviction;
    private final Protected spared;
    private final LruGenAging.Need need = new LruGenAging.Need();

    LruGenAgeNode(ReclaimContext host, LruGenAging aging, LruGenEviction eviction) {
        this.host = host;
        this.aging = aging;
        this.eviction = eviction;
        spared = new Protected(host);
    }

    void age(Cpu cpu, ScanControl sc) {
        if (!sc.needsAging) {
            sc.needsAging = true;
            return;
        }
        for (Memcg memcg : host.memcgs()) {
            spared.calculate(memcg, sc);
            if (!spared.isBelowMin(memcg, sc)) {
                age(cpu, memcg, sc);
            }
        }
    }

    private void age(Cpu cpu, Memcg memcg, ScanControl sc) {
        Lruvec lruvec = memcg.lruvec();
        LruGen gen = lruvec.gen();
        boolean canSwap = eviction.canSwap(memcg, sc);
        long max = gen.maxSeq(cpu);
        aging.assess(cpu, lruvec, canSwap, need);
        boolean tooSmall =
                need.total >> sc.priority == 0 && sc.priority != ScanControl.DEF_PRIORITY;
        if (need.aging && !tooSmall) {
            aging.tryToIncMaxSeq(cpu, memcg, max, canSwap, false, sc);
        }
    }
}
