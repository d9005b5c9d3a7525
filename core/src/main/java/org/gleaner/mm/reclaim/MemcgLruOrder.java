package org.gleaner.mm.reclaim;

import java.util.SplittableRandom;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.memcg.MemcgLru;
import org.gleaner.mm.memcg.MemcgLru.Op;
import org.jspecify.annotations.Nullable;

/// By the LRU of cgroups, until there is enough (`lru_gen_shrink_node`, `shrink_many`): MGLRU's
/// reclaim of a whole host from 6.12 on.
///
/// | a cgroup that | goes |
/// |---|---|
/// | is within `memory.min` | to the young generation |
/// | is within `memory.low` | to the tail, once; the next time it is reclaimed from |
/// | was aged | to the young generation |
/// | was scanned, and has pages for another scan at this priority | nowhere |
/// | is too small for the priority | to the tail, once; then to the young generation |
final class MemcgLruOrder implements MemcgOrder {
    private final ReclaimContext host;
    private final MemcgLru lru;
    private final LruvecReclaim lruvecs;
    private final LruGenEviction eviction;
    private final Protected spared;
    private final SplittableRandom random;

    MemcgLruOrder(ReclaimContext host, LruvecReclaim lruvecs, LruGenEviction eviction, long seed) {
        this.host = host;
        this.lruvecs = lruvecs;
        this.eviction = eviction;
        lru = host.memcgLru();
        spared = new Protected(host);
        random = new SplittableRandom(seed);
    }

    @Override
    public void shrink(Cpu cpu, ScanControl sc) {
        host.lru().drain(cpu);
        if (sc.proactive) {
            sc.useWalk(host.rootMemcg().lruvec());
        }
        if (host.memcgs().size() == 1) {
            one(cpu, host.rootMemcg(), sc);
        } else {
            many(cpu, sc);
        }
        if (!sc.kswapd) {
            sc.walk = null;
        }
    }

    private void many(Cpu cpu, ScanControl sc) {
        int gen = lru.oldGen(cpu);
        int first = random.nextInt(MemcgLru.NR_BINS);
        for (int i = 0; i < MemcgLru.NR_BINS; i++) {
            if (!bin(cpu, gen, (first + i) % MemcgLru.NR_BINS, sc)) {
                return;
            }
        }
    }

    /// Visits the cgroups of a bin. False if there is enough.
    private boolean bin(Cpu cpu, int gen, int bin, ScanControl sc) {
        Memcg memcg = lru.next(cpu, gen, bin, null);
        while (memcg != null) {
            Op op = one(cpu, memcg, sc);
            boolean enough = eviction.shouldAbort(cpu, sc);
            // a cgroup's place is left only once the next one's is known
            @Nullable Memcg next = enough ? null : lru.next(cpu, gen, bin, memcg);
            lru.rotate(cpu, memcg, op);
            if (enough) {
                return false;
            }
            memcg = next;
        }
        return true;
    }

    /// `shrink_one`: reclaims from a cgroup, and says what becomes of its place.
    private Op one(Cpu cpu, Memcg memcg, ScanControl sc) {
        cpu.enter(KernelFunction.SHRINK_ONE);
        Op op = reclaim(cpu, memcg, sc);
        cpu.exit();
        return op;
    }

    private Op reclaim(Cpu cpu, Memcg memcg, ScanControl sc) {
        spared.calculate(memcg, sc);
        if (spared.isBelowMin(memcg, sc)) {
            return Op.YOUNG;
        }
        if (spared.isBelowLow(memcg, sc)) {
            if (!lru.isAtTail(memcg)) {
                return Op.TAIL;
            }
            memcg.count(cpu, MemcgEvent.LOW);
        }
        if (lruvecs.shrink(cpu, memcg, sc)) {
            return Op.YOUNG;
        }
        if (isSizable(cpu, memcg, sc)) {
            return Op.NONE;
        }
        return lru.isAtTail(memcg) ? Op.YOUNG : Op.TAIL;
    }

    /// Whether there is anything to scan at this priority (`lruvec_is_sizable`).
    private boolean isSizable(Cpu cpu, Memcg memcg, ScanControl sc) {
        LruGen gen = memcg.lruvec().gen();
        long max = gen.maxSeq(cpu);
        long total = 0;
        for (int type = eviction.canSwap(memcg, sc) ? LruGen.ANON : LruGen.FILE;
                type <= LruGen.FILE;
                type++) {
            for (long seq = gen.minSeq(cpu, type); seq <= max; seq++) {
                total += Math.max(gen.nrPages(LruGen.slot(seq), type), 0);
            }
        }
        return total >> sc.priority > 0;
    }
}
