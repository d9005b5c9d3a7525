package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.Tracepoint;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.LruGenRules;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;

/// MGLRU's eviction (`evict_folios`): isolates from the oldest generation, reclaims, and puts the
/// survivors where the kernel's rules say. How many rounds there are is [LruGenPass]'s business.
final class LruGenEviction {
    private final ReclaimContext host;
    private final Folios folios;
    private final LruGenAging aging;
    private final ShrinkFolioList shrink;
    private final Putback putback;
    private final LruGenScan scan;
    private final LruGenPass pass;
    private final FolioQueue isolated = new FolioQueue();
    private final FolioQueue clean = new FolioQueue();

    static LruGenEviction of(ReclaimContext host, LruGenAging aging) {
        FolioReferenced referenced = new FolioReferenced(host, new LookAround(host));
        return new LruGenEviction(host, aging, new ShrinkFolioList(host, referenced));
    }

    LruGenEviction(ReclaimContext host, LruGenAging aging, ShrinkFolioList shrink) {
        this.host = host;
        this.aging = aging;
        this.shrink = shrink;
        folios = host.folios();
        putback = new Putback(host);
        scan = LruGenScan.of(host);
        pass = LruGenPass.of(host, aging, this);
    }

    /// Reclaims from one lruvec until its share for this priority is scanned. Returns whether it
    /// was aged instead, and so is the youngest now among cgroups.
    boolean shrink(Cpu cpu, Memcg memcg, ScanControl sc) {
        cpu.enter(KernelFunction.TRY_TO_SHRINK_LRUVEC);
        boolean aged = pass.run(cpu, memcg, canSwap(memcg, sc), sc);
        cpu.exit();
        return aged;
    }

    /// The debugfs command `-`: round after round while there is a generation as old as `seq`,
    /// until `goal` pages are freed or a round gets nowhere.
    void evictUpTo(Cpu cpu, Memcg memcg, long seq, long goal, ScanControl sc) {
        LruGen gen = memcg.lruvec().gen();
        boolean canSwap = sc.swappiness != 0;
        while (sc.nrReclaimed < goal && aging.oldest(cpu, gen, canSwap) <= seq) {
            long left = Math.min(goal - sc.nrReclaimed, LruGenScan.MAX_BUDGET);
            if (evict(cpu, memcg, canSwap, left, sc) == 0) {
                break;
            }
            cpu.relax();
        }
    }

    /// `get_swappiness`: none once the cgroup can have fewer than 64 slots.
    boolean canSwap(Memcg memcg, ScanControl sc) {
        return sc.swappiness != 0 && host.swapRoom(memcg) >= LruGenScan.BATCH;
    }

    /// Whether there is enough, and other cgroups need not be visited.
    boolean shouldAbort(Cpu cpu, ScanControl sc) {
        return pass.shouldAbort(cpu, sc);
    }

    /// `evict_folios`: one round, of a pass that has `nrToScan` folios left to examine. Returns the
    /// pages scanned, 0 to stop.
    long evict(Cpu cpu, Memcg memcg, boolean canSwap, long nrToScan, ScanControl sc) {
        Lruvec lruvec = memcg.lruvec();
        cpu.enter(KernelFunction.EVICT_FOLIOS);
        isolated.clear();
        lruvec.lock().lock(cpu);
        long scanned =
                host.kernel().isBefore(KernelVersion.V7_2)
                        ? isolateThenRetire(cpu, lruvec, canSwap, nrToScan, sc)
                        : retireAndIsolate(cpu, lruvec, canSwap, nrToScan, sc);
        lruvec.lock().unlock(cpu);
        if (!isolated.isEmpty()) {
            reclaim(cpu, lruvec, sc, isolated, false);
        }
        cpu.exit();
        return scanned;
    }

    /// Up to 6.18: a retired generation counts as progress, two left over as none.
    private long isolateThenRetire(
            Cpu cpu, Lruvec lruvec, boolean canSwap, long nrToScan, ScanControl sc) {
        long scanned = scan.isolate(cpu, lruvec, canSwap, nrToScan, sc, isolated);
        if (aging.tryToIncMinSeq(cpu, lruvec, canSwap)) {
            scanned++;
        }
        return aging.gens(cpu, lruvec.gen(), canSwap) == LruGen.MIN_NR_GENS ? 0 : scanned;
    }

    /// Since 7.2: empty generations go first, and again once some folios went.
    private long retireAndIsolate(
            Cpu cpu, Lruvec lruvec, boolean canSwap, long nrToScan, ScanControl sc) {
        aging.tryToIncMinSeq(cpu, lruvec, canSwap);
        long scanned = scan.isolate(cpu, lruvec, canSwap, nrToScan, sc, isolated);
        if (scanned > 0) {
            aging.tryToIncMinSeq(cpu, lruvec, canSwap);
        }
        return scanned;
    }

    private void reclaim(
            Cpu cpu, Lruvec lruvec, ScanControl sc, FolioQueue queue, boolean secondPass) {
        long since = Tracepoint.begin(cpu);
        long scanned = scan.takeCounted();
        long freed = shrink.shrink(cpu, lruvec, queue, sc);
        sc.nrReclaimed += freed;
        if (!secondPass) {
            sc.histogram.count(sc.priority, scan.examined(), freed);
        }
        clean.clear();
        int kept = 0;
        for (int i = 0; i < queue.size(); i++) {
            int pfn = queue.get(i);
            if (isCleanLeftover(cpu, lruvec.gen(), pfn, secondPass)) {
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
        count(cpu, lruvec, sc, freed);
        Tracepoint.MM_VMSCAN_LRU_SHRINK_INACTIVE.tell(cpu, since, scanned, freed, sc.priority);
        if (!clean.isEmpty()) {
            queue.clear();
            for (int i = 0; i < clean.size(); i++) {
                queue.add(clean.get(i));
            }
            reclaim(cpu, lruvec, sc, queue, true);
        }
    }

    private void count(Cpu cpu, Lruvec lruvec, ScanControl sc, long freed) {
        if (freed > 0) {
            host.count(cpu, lruvec, VmEvent.PGSTEAL, freed);
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

    /// Prepares a survivor for its place. True if it is clean and unmapped by now, having missed
    /// its rotation, and so worth a second try.
    private boolean isCleanLeftover(Cpu cpu, LruGen gen, int pfn, boolean secondPass) {
        long state = folios.state(cpu, pfn);
        if ((state & UNEVICTABLE) != 0) {
            return false;
        }
        return host.kernel().isBefore(KernelVersion.V6_18)
                ? prepareForYoungest(cpu, state, pfn, secondPass)
                : prepareByRule(cpu, gen, state, pfn, secondPass);
    }

    /// Up to 6.12: to the youngest generation, except those under writeback, which wait for their
    /// rotation.
    private boolean prepareForYoungest(Cpu cpu, long state, int pfn, boolean secondPass) {
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

    /// Since 6.18: to where a folio with these flags belongs, but not back into the oldest
    /// generation.
    private boolean prepareByRule(Cpu cpu, LruGen gen, long state, int pfn, boolean secondPass) {
        boolean inUse = (state & (ACTIVE | DIRTY | WRITEBACK)) != 0;
        if (!secondPass && !inUse && mapcount(state) == 0) {
            return true;
        }
        LruGenRules rules = gen.rules();
        int type = type(state);
        long min = gen.minSeq(cpu, type);
        if (rules.placement(state, type, false, min, gen.maxSeq(cpu)) == min) {
            folios.update(cpu, pfn, REFERENCED | REFS_MASK, ACTIVE);
        }
        return false;
    }
}
