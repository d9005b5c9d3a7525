package org.gleaner.mm.lru;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;

/// Shadows of evicted folios, and what a refault makes of them (the kernel's `workingset.c`).
///
/// A shadow packs, from the low end: one bit "was workingset", 8 bits of cgroup id, and a token:
/// under MGLRU the oldest sequence number and two bits of reference count, else the eviction clock.
/// It is never 0, so that 0 can stand for "no shadow". It has 46 bits, which is what a swap slot
/// has room for.
public final class Workingset {
    private static final long PRESENT = 1;
    private static final long WAS_WORKINGSET = 2;
    private static final int MEMCG_SHIFT = 2;
    private static final int TOKEN_SHIFT = 10;
    private static final long TOKEN_MASK = (1L << 36) - 1;
    private static final long SEQ_MASK = TOKEN_MASK >>> 2;

    private final Folios folios;
    private final Lruvec[] lruvecs;
    private final VmStat stat;

    public Workingset(Folios folios, Lruvec[] lruvecs, VmStat stat) {
        this.folios = folios;
        this.lruvecs = lruvecs;
        this.stat = stat;
    }

    /// `workingset_eviction`: the shadow to leave behind for a folio being freed by reclaim on
    /// behalf of `target` (the lruvec whose clock counts).
    public long evict(Cpu cpu, int pfn, Lruvec target, int targetMemcg) {
        long state = folios.state(cpu, pfn);
        int type = type(state);
        Lruvec own = lruvecs[memcg(state)];
        if (own.lruGenEnabled()) {
            LruGenRules rules = own.gen().rules();
            long min = own.gen().minSeq(cpu, type);
            own.gen().tiers(type).evicted(cpu, rules.tier(state), folios.pages(state));
            long token = min << 2 | Math.max(rules.refs(state) - 1, 0);
            return pack(token, memcg(state), rules.shadowBit(state));
        }
        long token = target.advanceNonresidentAge(cpu, folios.pages(state));
        return pack(token, targetMemcg, (state & WORKINGSET) != 0);
    }

    private static long pack(long token, int memcg, boolean workingset) {
        return (token & TOKEN_MASK) << TOKEN_SHIFT
                | (long) memcg << MEMCG_SHIFT
                | (workingset ? WAS_WORKINGSET : 0)
                | PRESENT;
    }

    /// `workingset_refault` of a folio that comes back, before it is put on a list.
    public void refault(Cpu cpu, int pfn, long shadow, boolean inFault) {
        if (shadow == 0) {
            return;
        }
        cpu.enter(KernelFunction.WORKINGSET_REFAULT);
        long state = folios.state(cpu, pfn);
        Lruvec own = lruvecs[memcg(state)];
        if (own.lruGenEnabled()) {
            refaultGen(cpu, pfn, state, shadow, own, inFault);
        } else {
            refaultClassic(cpu, pfn, shadow, own, type(state));
        }
        cpu.exit();
    }

    private void refaultGen(
            Cpu cpu, int pfn, long state, long shadow, Lruvec own, boolean inFault) {
        if ((int) (shadow >>> MEMCG_SHIFT & 0xff) != memcg(state)) {
            return;
        }
        int type = type(state);
        LruGen gen = own.gen();
        LruGenRules rules = gen.rules();
        long token = shadow >>> TOKEN_SHIFT & TOKEN_MASK;
        boolean recent =
                rules.isRecent(token >>> 2, gen.minSeq(cpu, type), gen.maxSeq(cpu), SEQ_MASK);
        if (recent || !rules.countsRecentOnly()) {
            stat.add(cpu, refault(type), 1);
            own.statChanged(cpu, 1);
        }
        if (!recent) {
            return;
        }
        boolean bit = (shadow & WAS_WORKINGSET) != 0;
        int refs = rules.refaultRefs((int) (token & 3), bit);
        gen.tiers(type).refaulted(cpu, rules.refaultTier(refs, bit), 1);
        if (rules.refaultActivates(bit, inFault)) {
            stat.add(cpu, activate(type), 1);
        }
        boolean restores = rules.refaultRestores(refs, bit, inFault);
        if (restores) {
            stat.add(cpu, restore(type), 1);
        }
        long neu = rules.refaulted(state, refs, restores);
        if (neu != state) {
            folios.update(cpu, pfn, state & ~neu, neu & ~state);
        }
    }

    private void refaultClassic(Cpu cpu, int pfn, long shadow, Lruvec own, int type) {
        stat.add(cpu, refault(type), 1);
        own.statChanged(cpu, 1);
        Lruvec evictedFrom = lruvecs[(int) (shadow >>> MEMCG_SHIFT & 0xff)];
        evictedFrom.flushStatsIfLate(cpu);
        long token = shadow >>> TOKEN_SHIFT & TOKEN_MASK;
        long distance = evictedFrom.nonresidentAge(cpu) - token & TOKEN_MASK;
        StatDelay stats = evictedFrom.stats();
        long size = stats.size(LruList.ACTIVE_FILE) + stats.size(LruList.ACTIVE_ANON);
        size +=
                type == LruGen.ANON
                        ? stats.size(LruList.INACTIVE_FILE)
                        : stats.size(LruList.INACTIVE_ANON);
        if (distance > size) {
            return;
        }
        folios.set(cpu, pfn, ACTIVE);
        own.advanceNonresidentAge(cpu, 1);
        stat.add(cpu, activate(type), 1);
        own.stats().activated(cpu, type);
        if ((shadow & WAS_WORKINGSET) != 0) {
            folios.set(cpu, pfn, WORKINGSET);
            own.lock().lock(cpu);
            own.noteCost(cpu, type != LruGen.ANON, 1, 0);
            own.lock().unlock(cpu);
            own.statChanged(cpu, 1);
            stat.add(cpu, restore(type), 1);
        }
    }

    private static VmEvent refault(int type) {
        return type == LruGen.ANON
                ? VmEvent.WORKINGSET_REFAULT_ANON
                : VmEvent.WORKINGSET_REFAULT_FILE;
    }

    private static VmEvent activate(int type) {
        return type == LruGen.ANON
                ? VmEvent.WORKINGSET_ACTIVATE_ANON
                : VmEvent.WORKINGSET_ACTIVATE_FILE;
    }

    private static VmEvent restore(int type) {
        return type == LruGen.ANON
                ? VmEvent.WORKINGSET_RESTORE_ANON
                : VmEvent.WORKINGSET_RESTORE_FILE;
    }
}
