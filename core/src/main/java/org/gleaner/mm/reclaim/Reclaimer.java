package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// One CPU's reclaim: the priority ladder over the lruvecs (`do_try_to_free_pages`, `shrink_node`), for
/// direct reclaim, a cgroup's limit and kswapd. Holds the session's private state, so each CPU has
/// one of its own.
final class Reclaimer {
    private final ReclaimContext host;
    private final LruGenAging aging;
    private final LruGenEviction eviction;
    private final ClassicReclaim classic;
    private final LruGenMinTtl minTtl;
    private final ScanControl sc = new ScanControl();

    /// Before each pass of the classic LRU the statistics are flushed if enough updates are pending, as for a
    /// reader of `memory.stat` (6.1).
    private final boolean readsFreshStats;

    /// Whether this CPU is reclaiming, and must not start to do so again (`PF_MEMALLOC`).
    private boolean busy;

    Reclaimer(ReclaimContext host, int cpu) {
        this.host = host;
        FolioReferenced referenced = new FolioReferenced(host, new LookAround(host));
        ShrinkFolioList shrink = new ShrinkFolioList(host, referenced);
        SwitchChance chance = new SwitchChance(host.switchChance(), host.seed() ^ (long) cpu << 32);
        aging = new LruGenAging(host, chance);
        eviction = new LruGenEviction(host, aging, shrink);
        minTtl = new LruGenMinTtl(host, aging);
        classic = new ClassicReclaim(host, shrink, referenced);
        readsFreshStats = host.kernel() == KernelVersion.V6_1;
    }

    /// `try_to_free_mem_cgroup_pages` and `try_to_free_pages`: reclaims at least `goal` pages if it can, from
    /// one cgroup or from all. Returns the pages freed.
    long direct(Cpu cpu, @Nullable Memcg target, long goal) {
        if (busy) {
            return 0;
        }
        busy = true;
        cpu.enter(
                target != null
                        ? KernelFunction.TRY_TO_FREE_MEM_CGROUP_PAGES
                        : KernelFunction.TRY_TO_FREE_PAGES);
        sc.start(target, false, Math.max(goal, ScanControl.SWAP_CLUSTER_MAX), host.swappiness());
        ladder(cpu);
        if (sc.nrReclaimed == 0) {
            // once more, over all cgroups this time; with nothing freed the first time was no
            // shorter
            sc.priority = ScanControl.DEF_PRIORITY;
            ladder(cpu);
        }
        if (sc.nrReclaimed == 0 && sc.skippedDeactivate) {
            sc.forceDeactivate = true;
            sc.skippedDeactivate = false;
            sc.priority = ScanControl.DEF_PRIORITY;
            ladder(cpu);
        }
        cpu.exit();
        busy = false;
        return sc.nrReclaimed;
    }

    private void ladder(Cpu cpu) {
        do {
            node(cpu, sc);
            if (sc.nrReclaimed >= sc.nrToReclaim) {
                break;
            }
        } while (--sc.priority >= 0);
        snapshotRefaults(sc.target);
    }

    private void snapshotRefaults(@Nullable Memcg target) {
        for (Memcg memcg : host.memcgs()) {
            if (target == null || memcg == target) {
                memcg.lruvec().snapshotRefaults();
            }
        }
    }

    /// `shrink_node`: every lruvec in scope once, at the session's priority.
    private void node(Cpu cpu, ScanControl sc) {
        cpu.enter(KernelFunction.SHRINK_NODE);
        for (Memcg memcg : host.memcgs()) {
            if (sc.target != null && memcg != sc.target) {
                continue;
            }
            memcg.lruvec().beginReclaim(cpu);
            host.swap().device().plug(cpu);
            if (host.caps().core()) {
                shrinkOne(cpu, memcg, sc);
            } else {
                prepare(cpu, memcg.lruvec(), sc);
                classic.shrink(cpu, memcg.lruvec(), sc);
            }
            host.swap().device().unplug(cpu);
            memcg.lruvec().endReclaim(cpu);
            if (!sc.isMemcgReclaim() && !sc.kswapd && sc.nrReclaimed >= sc.nrToReclaim) {
                break;
            }
        }
        cpu.exit();
    }

    private void shrinkOne(Cpu cpu, Memcg memcg, ScanControl sc) {
        cpu.enter(KernelFunction.SHRINK_ONE);
        host.lru().drain(cpu);
        eviction.shrink(cpu, memcg, sc);
        if (!sc.kswapd) {
            sc.walk = null;
        }
        cpu.exit();
    }

    /// `prepare_scan_control` for one lruvec: whether its active lists may be touched.
    private void prepare(Cpu cpu, Lruvec lruvec, ScanControl sc) {
        lruvec.flushStatsIfLate(cpu);
        if (readsFreshStats && lruvec.stats().flushIsDue(1)) {
            lruvec.flushStats();
        }
        for (int type = 0; type < 2; type++) {
            sc.mayDeactivate[type] =
                    sc.forceDeactivate
                            || lruvec.stats().activations(type) != lruvec.refaultSnapshot(type)
                            || classic.inactiveIsLow(lruvec, type, sc);
        }
    }

    /// `balance_pgdat`: reclaims until the zone is above its high watermark, or nothing helps. Returns
    /// whether anything was freed.
    ///
    /// @param minTtlMillis see [LruGenMinTtl]
    boolean balance(Cpu cpu, long minTtlMillis) {
        cpu.enter(KernelFunction.BALANCE_PGDAT);
        long high = host.zone().watermarks().high();
        LruGenWalk walk = sc.walk;
        sc.start(null, true, 0, host.swappiness());
        sc.walk = walk;
        long total = 0;
        while (sc.priority >= 1 && host.zone().free(cpu) <= high) {
            sc.nrReclaimed = 0;
            sc.nrScanned = 0;
            sc.nrToReclaim = Math.max(high, ScanControl.SWAP_CLUSTER_MAX);
            if (host.caps().core()) {
                useWalk();
                setInitialPriority();
                minTtl.protect(cpu, minTtlMillis, sc.priority);
            } else {
                for (Memcg memcg : host.memcgs()) {
                    classic.ageActiveAnon(cpu, memcg.lruvec(), sc);
                }
            }
            node(cpu, sc);
            host.zone().drainLocal(cpu);
            total += sc.nrReclaimed;
            if (sc.nrScanned < sc.nrToReclaim || sc.nrReclaimed == 0) {
                sc.priority--;
            }
        }
        snapshotRefaults(null);
        cpu.exit();
        return total > 0;
    }

    /// kswapd has one walk of its own for good, so its look-arounds relabel without detour.
    private void useWalk() {
        if (sc.walk == null) {
            sc.walk = new LruGenWalk(host.memcgs().getFirst().lruvec());
        }
    }

    /// `set_initial_priority`: with a goal this large, starts at the priority whose share meets it.
    private void setInitialPriority() {
        if (sc.priority != ScanControl.DEF_PRIORITY || sc.nrToReclaim < 64) {
            return;
        }
        long reclaimable = 0;
        for (Memcg memcg : host.memcgs()) {
            reclaimable += memcg.lruvec().size(LruList.INACTIVE_FILE);
            if (host.swap().free() > 0) {
                reclaimable += memcg.lruvec().size(LruList.INACTIVE_ANON);
            }
        }
        int priority = fls(reclaimable) - 1 - fls(sc.nrToReclaim - 1);
        sc.priority = Math.clamp(priority, ScanControl.DEF_PRIORITY / 2, ScanControl.DEF_PRIORITY);
    }

    /// 1-based index of the highest bit set, 0 for 0.
    private static int fls(long x) {
        return 64 - Long.numberOfLeadingZeros(x);
    }

    ShrinkHistogram histogram() {
        return sc.histogram;
    }

    /// Ages a cgroup by force, as the debugfs command `+` does. False if it was not possible.
    boolean forceAging(Cpu cpu, Memcg memcg, boolean canSwap, boolean forceScan) {
        LruGenAging.markUsed(cpu, memcg);
        sc.start(memcg, false, 0, host.swappiness());
        Lruvec lruvec = memcg.lruvec();
        boolean done =
                aging.tryToIncMaxSeq(cpu, memcg, lruvec.gen().maxSeq(cpu), canSwap, forceScan, sc);
        sc.walk = null;
        return done;
    }

    /// Evicts generations up to `seq` by force, as the debugfs command `-` does. Like all proactive reclaim it has
    /// a walk, so its look-arounds relabel without detour.
    void forceEviction(Cpu cpu, Memcg memcg, long seq, int swappiness, long goal) {
        busy = true;
        sc.start(null, false, goal, swappiness);
        sc.walk = new LruGenWalk(memcg.lruvec());
        memcg.lruvec().beginReclaim(cpu);
        eviction.evictUpTo(cpu, memcg.lruvec(), seq, goal, sc);
        memcg.lruvec().endReclaim(cpu);
        sc.walk = null;
        busy = false;
    }
}
