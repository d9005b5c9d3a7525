package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.lru.TierControl;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;

/// MGLRU's eviction (`try_to_shrink_lruvec` and below, rules of 6.12): from the tail of the oldest
/// generation, folios that walkers relabelled are sorted to where they belong, tiers that refault too
/// often are kept one generation longer, and the rest is isolated and reclaimed.
final class LruGenEviction {
    /// Folios isolated at most per visit to lru_lock (`MIN_LRU_BATCH`).
    private static final int BATCH = 64;

    /// Folios examined at most per visit (`MAX_LRU_BATCH`).
    private static final int BUDGET = 4096;

    private final ReclaimContext host;
    private final Folios folios;
    private final LruGenAging aging;
    private final ShrinkFolioList shrink;
    private final Putback putback;
    private final Protected spared;
    private final LruGenAging.Need need = new LruGenAging.Need();
    private final FolioQueue isolated = new FolioQueue();
    private final FolioQueue clean = new FolioQueue();

    LruGenEviction(ReclaimContext host, LruGenAging aging, ShrinkFolioList shrink) {
        this.host = host;
        this.aging = aging;
        this.shrink = shrink;
        folios = host.folios();
        putback = new Putback(host);
        spared = new Protected(host);
    }

    /// Reclaims from one lruvec until its share for this priority is scanned. Returns whether it was
    /// aged instead, and so is the youngest now among cgroups.
    boolean shrink(Cpu cpu, Memcg memcg, ScanControl sc) {
        cpu.enter(KernelFunction.TRY_TO_SHRINK_LRUVEC);
        boolean canSwap = canSwap(sc);
        long scanned = 0;
        long toScan;
        for (; ; ) {
            toScan = nrToScan(cpu, memcg, canSwap, sc);
            if (toScan <= 0) {
                break;
            }
            long delta = evict(cpu, memcg.lruvec(), canSwap, sc);
            if (delta == 0) {
                break;
            }
            scanned += delta;
            if (scanned >= toScan || shouldAbort(cpu, sc)) {
                break;
            }
        }
        cpu.exit();
        return toScan < 0;
    }

    /// `get_swappiness`: none once fewer than 64 slots are free.
    boolean canSwap(ScanControl sc) {
        return sc.swappiness != 0 && host.swap().free() >= BATCH;
    }

    /// `get_nr_to_scan`: -1 after aging, and within `memory.min`. At the default priority aging is put off.
    private long nrToScan(Cpu cpu, Memcg memcg, boolean canSwap, ScanControl sc) {
        if (spared.isBelowMin(memcg, sc)) {
            return -1;
        }
        Lruvec lruvec = memcg.lruvec();
        long max = lruvec.gen().maxSeq(cpu);
        aging.assess(cpu, lruvec, canSwap, need);
        if (!need.aging || sc.priority == ScanControl.DEF_PRIORITY) {
            return spared.generationScanSize(memcg, sc, need.total) >> sc.priority;
        }
        return aging.tryToIncMaxSeq(cpu, memcg, max, canSwap, false, sc) ? -1 : 0;
    }

    /// `should_abort_scan`: a cgroup's reclaim goes on to the end of its pass; kswapd stops when the
    /// zone has plenty, others when they have what they came for.
    boolean shouldAbort(Cpu cpu, ScanControl sc) {
        if (!sc.isRootReclaim()) {
            return false;
        }
        if (sc.nrReclaimed >= Math.max(sc.nrToReclaim, 2)) {
            return true;
        }
        return sc.kswapd && host.zone().free(cpu) > host.zone().watermarks().high() + BATCH;
    }

    /// `evict_folios`: one round. Returns the pages scanned, 0 to stop.
    private long evict(Cpu cpu, Lruvec lruvec, boolean canSwap, ScanControl sc) {
        cpu.enter(KernelFunction.EVICT_FOLIOS);
        LruGen gen = lruvec.gen();
        isolated.clear();
        lruvec.lock().lock(cpu);
        long scanned = isolate(cpu, lruvec, canSwap, sc);
        if (aging.tryToIncMinSeq(cpu, lruvec, canSwap)) {
            scanned++;
        }
        if (gen.nrGens(cpu, canSwap ? LruGen.ANON : LruGen.FILE) == LruGen.MIN_NR_GENS) {
            scanned = 0;
        }
        lruvec.lock().unlock(cpu);
        if (!isolated.isEmpty()) {
            reclaim(cpu, lruvec, sc, isolated, false);
        }
        cpu.exit();
        return scanned;
    }

    private void reclaim(
            Cpu cpu, Lruvec lruvec, ScanControl sc, FolioQueue queue, boolean secondPass) {
        long freed = shrink.shrink(cpu, queue, sc);
        sc.nrReclaimed += freed;
        clean.clear();
        int kept = 0;
        for (int i = 0; i < queue.size(); i++) {
            int pfn = queue.get(i);
            if (isCleanLeftover(cpu, pfn, secondPass)) {
                clean.add(pfn);
            } else {
                queue.set(kept++, pfn);
            }
        }
        queue.truncate(kept);
        lruvec.lock().lock(cpu);
        putback.toLists(cpu, lruvec, queue);
        LruGenWalk walk = sc.walk;
        if (walk != null && walk.batched() > 0) {
            lruvec.gen().flushBatch(cpu, walk.takeBatch());
        }
        lruvec.lock().unlock(cpu);
        putback.release(cpu, queue);
        count(cpu, sc, freed);
        if (!clean.isEmpty()) {
            queue.clear();
            for (int i = 0; i < clean.size(); i++) {
                queue.add(clean.get(i));
            }
            reclaim(cpu, lruvec, sc, queue, true);
        }
    }

    private void count(Cpu cpu, ScanControl sc, long freed) {
        if (freed > 0) {
            host.stat().add(cpu, VmEvent.PGSTEAL, freed);
            host.stat().add(cpu, VmEvent.PGSTEAL_ANON, freed);
            if (!sc.isMemcgReclaim()) {
                host.stat()
                        .add(
                                cpu,
                                sc.kswapd ? VmEvent.PGSTEAL_KSWAPD : VmEvent.PGSTEAL_DIRECT,
                                freed);
            }
        }
    }

    /// Survivors go to the youngest generation, except those under writeback, which wait for their
    /// rotation, and those that missed it, clean and unmapped by now, which are tried once more.
    private boolean isCleanLeftover(Cpu cpu, int pfn, boolean secondPass) {
        long state = folios.state(cpu, pfn);
        if ((state & UNEVICTABLE) != 0) {
            return false;
        }
        if ((state & AWAITED) != 0 && (state & (DIRTY | WRITEBACK)) != 0) {
            if ((state & WORKINGSET) != 0) {
                folios.set(cpu, pfn, REFERENCED);
            }
            return false;
        }
        boolean inUse = (state & (ACTIVE | REFERENCED | LOCKED | DIRTY | WRITEBACK)) != 0;
        if (secondPass || inUse || mapcount(state) > 0) {
            folios.update(cpu, pfn, REFS_FLAGS, ACTIVE);
            return false;
        }
        return true;
    }

    /// `isolate_folios`: from the anonymous type while its generations are older, else as the
    /// controllers compare; from the other type if that gives nothing.
    private long isolate(Cpu cpu, Lruvec lruvec, boolean canSwap, ScanControl sc) {
        LruGen gen = lruvec.gen();
        int type;
        int tier = -1;
        if (!canSwap) {
            type = LruGen.FILE;
        } else if (gen.minSeq(cpu, LruGen.ANON) < gen.minSeq(cpu, LruGen.FILE)) {
            type = LruGen.ANON;
        } else if (sc.swappiness == 1) {
            type = LruGen.FILE;
        } else if (sc.swappiness == 200) {
            type = LruGen.ANON;
        } else {
            type = typeToScan(gen, sc.swappiness);
            tier = tierOf(gen, type, sc.swappiness);
        }
        for (int attempt = 0; attempt < (canSwap ? 2 : 1); attempt++) {
            if (tier < 0) {
                tier = gen.tiers(type).evictableTier();
            }
            long scanned = scan(cpu, lruvec, type, tier, sc);
            if (scanned != 0) {
                return scanned;
            }
            type = 1 - type;
            tier = -1;
        }
        return 0;
    }

    private static int typeToScan(LruGen gen, int swappiness) {
        boolean fileFirst =
                TierControl.positive(
                        gen.tiers(LruGen.ANON),
                        0,
                        swappiness,
                        gen.tiers(LruGen.FILE),
                        0,
                        200 - swappiness);
        return fileFirst ? LruGen.FILE : LruGen.ANON;
    }

    private static int tierOf(LruGen gen, int type, int swappiness) {
        int gain = type == LruGen.ANON ? swappiness : 200 - swappiness;
        TierControl other = gen.tiers(1 - type);
        int tier = 1;
        while (tier < LruGen.MAX_NR_TIERS
                && TierControl.positive(other, 0, 200 - gain, gen.tiers(type), tier, gain)) {
            tier++;
        }
        return tier - 1;
    }

    /// `scan_folios` under lru_lock: pops folios of the oldest generation until enough are isolated.
    /// Returns the folios examined, or 0 if none was isolated and the list ended.
    private long scan(Cpu cpu, Lruvec lruvec, int type, int tier, ScanControl sc) {
        cpu.enter(KernelFunction.ISOLATE_FOLIOS);
        LruGen gen = lruvec.gen();
        long scanned = 0;
        long sorted = 0;
        int taken = 0;
        int budget = BUDGET;
        if (gen.nrGens(cpu, type) > LruGen.MIN_NR_GENS) {
            int list = gen.list(LruGen.slot(gen.minSeq(cpu, type)), type);
            for (int pfn = folios.tail(list); pfn >= 0; pfn = folios.tail(list)) {
                scanned++;
                cpu.charge(Cost.ISOLATE);
                if (sort(cpu, lruvec, pfn, type, tier)) {
                    sorted++;
                } else if (take(cpu, lruvec, pfn)) {
                    isolated.add(pfn);
                    taken++;
                } else {
                    folios.moveToHead(list, pfn);
                }
                if (--budget == 0 || taken >= BATCH) {
                    break;
                }
            }
        }
        host.stat().add(cpu, VmEvent.PGREFILL, sorted);
        host.stat().add(cpu, VmEvent.PGSCAN, taken);
        host.stat()
                .add(cpu, type == LruGen.ANON ? VmEvent.PGSCAN_ANON : VmEvent.PGSCAN_FILE, taken);
        if (!sc.isMemcgReclaim()) {
            VmEvent by = sc.kswapd ? VmEvent.PGSCAN_KSWAPD : VmEvent.PGSCAN_DIRECT;
            host.stat().add(cpu, by, taken);
        }
        cpu.exit();
        return taken > 0 || budget == 0 ? scanned : 0;
    }

    /// `sort_folio`: moves a folio that is not to be evicted now; whether it did.
    private boolean sort(Cpu cpu, Lruvec lruvec, int pfn, int type, int tier) {
        LruGen gen = lruvec.gen();
        long state = folios.state(cpu, pfn);
        int label = gen(state);
        int oldest = LruGen.slot(gen.minSeq(cpu, type));
        if (label != oldest) {
            folios.moveToHead(gen.list(label, type), pfn);
            return true;
        }
        int refs = refs(state);
        int own = TierControl.tier(refs);
        if (own > tier || refs == LruGen.MAX_NR_TIERS) {
            int slot = gen.incGen(cpu, pfn, false);
            folios.moveToTail(gen.list(slot, type), pfn);
            if (own > 0) {
                gen.tiers(type).protectedFromEviction(own, 1);
            }
            return true;
        }
        boolean busy =
                (state & (LOCKED | WRITEBACK)) != 0
                        || (type == LruGen.FILE && (state & DIRTY) != 0);
        if (busy) {
            int slot = gen.incGen(cpu, pfn, true);
            folios.moveToHead(gen.list(slot, type), pfn);
            return true;
        }
        return false;
    }

    /// `isolate_folio`: takes a reference and the folio off its list.
    private boolean take(Cpu cpu, Lruvec lruvec, int pfn) {
        if (!folios.tryGet(cpu, pfn)) {
            return false;
        }
        if (!folios.testAndClear(cpu, pfn, LRU)) {
            folios.dropReference(cpu, pfn);
            return false;
        }
        long state = folios.state(cpu, pfn);
        long cleared = AWAITED | REFERENCED;
        if ((state & REFERENCED) == 0) {
            cleared |= WORKINGSET | REFS_MASK;
        }
        folios.clear(cpu, pfn, cleared);
        lruvec.isolateFromGen(cpu, pfn);
        return true;
    }
}
