package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.Tracepoint;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.VmPressure;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// One CPU's reclaim: the priority ladder over the cgroups in scope (`do_try_to_free_pages`,
/// `shrink_node`), for direct reclaim, a cgroup's limit, `memory.reclaim` and kswapd. Holds the
/// session's private state, so each CPU has one of its own.
@OneCpu
final class Reclaimer {
    private final ReclaimContext host;
    private final LruGenAging aging;
    private final QueuedWorker worker;
    private final LruGenEviction eviction;
    private final ClassicReclaim classic;
    private final LruGenMinTtl minTtl;

    /// kswapd's own aging, where its passes do none (6.1).
    private final @Nullable LruGenAgeNode ageNode;

    private final MemcgOrder byTree;

    /// How MGLRU goes over a whole host.
    private final MemcgOrder hostwide;

    /// From here down, pressure is critical whatever was freed (`vmpressure_prio`).
    private static final int CRITICAL_PRIORITY = 3;

    private final ScanControl sc = new ScanControl();

    /// Before each pass of the classic LRU the statistics are flushed if enough updates are
    /// pending, as for a reader of `memory.stat` (6.1).
    private final boolean readsFreshStats;

    /// Whether this CPU is reclaiming, and must not start to do so again (`PF_MEMALLOC`).
    private boolean busy;

    Reclaimer(ReclaimContext host, int cpu) {
        this.host = host;
        long seed = host.seed() ^ (long) cpu << 32;
        worker = new QueuedWorker(host, host.preemption().pace(), seed);
        aging = new LruGenAging(host, SwitchChance.of(host, seed), worker);
        eviction = LruGenEviction.of(host, aging);
        classic = ClassicReclaim.of(host);
        LruvecReclaim lruvecs = new LruvecReclaim(eviction, classic);
        byTree = new MemcgTreeOrder(host, lruvecs);
        hostwide =
                host.memcgRules().lruOfCgroups()
                        ? new MemcgLruOrder(host, lruvecs, eviction, seed)
                        : byTree;
        minTtl = new LruGenMinTtl(host, aging);
        ageNode =
                host.kernel() == KernelVersion.V6_1
                        ? new LruGenAgeNode(host, aging, eviction)
                        : null;
        readsFreshStats = host.kernel() == KernelVersion.V6_1;
    }

    /// `try_to_free_mem_cgroup_pages` and `try_to_free_pages`: reclaims at least `goal` pages if it
    /// can, from one cgroup and those below it or from all. Returns the pages freed.
    long direct(Cpu cpu, @Nullable Memcg target, long goal) {
        if (busy) {
            return 0;
        }
        sc.start(target, false, atLeastACluster(goal), host.swappiness());
        if (target != null) {
            worker.limitHit(cpu);
        }
        return reclaim(cpu);
    }

    /// One request of `memory.reclaim`, with a swappiness of its own.
    long proactive(Cpu cpu, Memcg target, long goal, int swappiness) {
        if (busy) {
            return 0;
        }
        sc.start(target, false, atLeastACluster(goal), swappiness);
        sc.proactive = true;
        return reclaim(cpu);
    }

    private static long atLeastACluster(long goal) {
        return Math.max(goal, ScanControl.SWAP_CLUSTER_MAX);
    }

    private long reclaim(Cpu cpu) {
        boolean ofMemcg = sc.target != null;
        long since = Tracepoint.begin(cpu);
        (ofMemcg
                        ? Tracepoint.MM_VMSCAN_MEMCG_RECLAIM_BEGIN
                        : Tracepoint.MM_VMSCAN_DIRECT_RECLAIM_BEGIN)
                .tell(cpu, 0, 0, 0);
        climb(cpu);
        worker.leave(cpu);
        (ofMemcg ? Tracepoint.TRY_TO_FREE_MEM_CGROUP_PAGES : Tracepoint.TRY_TO_FREE_PAGES)
                .tell(cpu, since, sc.nrReclaimed, 0, 0);
        (ofMemcg ? Tracepoint.MM_VMSCAN_MEMCG_RECLAIM_END : Tracepoint.MM_VMSCAN_DIRECT_RECLAIM_END)
                .tell(cpu, sc.nrReclaimed, 0, 0);
        return sc.nrReclaimed;
    }

    private void climb(Cpu cpu) {
        busy = true;
        cpu.enter(
                sc.target != null
                        ? KernelFunction.TRY_TO_FREE_MEM_CGROUP_PAGES
                        : KernelFunction.TRY_TO_FREE_PAGES);
        ladder(cpu);
        if (sc.nrReclaimed == 0 && host.memcgRules().sharedWalks()) {
            // once more, over all cgroups this time
            sc.fullWalk = true;
            ladder(cpu);
        }
        if (sc.nrReclaimed == 0 && sc.skippedDeactivate) {
            sc.forceDeactivate = true;
            sc.skippedDeactivate = false;
            ladder(cpu);
        }
        if (sc.nrReclaimed == 0 && sc.lowSkipped) {
            sc.lowReclaim = true;
            sc.lowSkipped = false;
            ladder(cpu);
        }
        cpu.exit();
        busy = false;
    }

    private void ladder(Cpu cpu) {
        sc.priority = ScanControl.DEF_PRIORITY;
        do {
            if (sc.proactive && sc.isRootReclaim() && host.caps().core()) {
                setInitialPriority();
            }
            if (sc.priority <= CRITICAL_PRIORITY) {
                tellWorker(cpu, VmPressure.WINDOW);
            }
            long before = sc.nrScanned;
            node(cpu);
            tellWorker(cpu, sc.nrScanned - before);
            if (sc.nrReclaimed >= sc.nrToReclaim) {
                break;
            }
        } while (--sc.priority >= 0 && !host.currentTask().isDying(cpu));
        snapshotRefaults();
    }

    /// Reports what a pass has scanned, by a worker that is queued once there is enough to report.
    private void tellWorker(Cpu cpu, long scanned) {
        if (host.preemption().workersRun() && host.scope(sc).pressure().scanned(cpu, scanned)) {
            worker.queue(cpu);
        }
    }

    private void snapshotRefaults() {
        host.scope(sc).lruvec().snapshotRefaults();
    }

    /// `shrink_node`: the cgroups in scope, at the session's priority.
    private void node(Cpu cpu) {
        cpu.enter(KernelFunction.SHRINK_NODE);
        Lruvec scope = host.scope(sc).lruvec();
        scope.beginReclaim(cpu);
        host.swap().device().plug(cpu);
        sc.fromGenerations = host.reclaimsGenerations();
        sc.fromLists = host.reclaimsLists();
        if (sc.fromLists) {
            prepare(cpu, scope);
        }
        (sc.isRootReclaim() && sc.fromGenerations ? hostwide : byTree).shrink(cpu, sc);
        host.swap().device().unplug(cpu);
        scope.endReclaim(cpu);
        cpu.exit();
    }

    /// `prepare_scan_control`: what reclaim of each type has cost, and whether active lists may be
    /// touched, in the whole scope.
    private void prepare(Cpu cpu, Lruvec scope) {
        scope.flushStatsIfLate(cpu);
        if (readsFreshStats && scope.stats().flushIsDue(cpu, 1)) {
            scope.flushStats(cpu);
        }
        sc.anonCost = scope.cost().anon(cpu);
        sc.fileCost = scope.cost().file(cpu);
        for (int type = 0; type < 2; type++) {
            sc.mayDeactivate[type] =
                    sc.forceDeactivate
                            || scope.stats().activations(type) != scope.refaultSnapshot(type)
                            || ClassicReclaim.inactiveIsLow(scope, type);
        }
        sc.fileIsTiny =
                sc.swappiness == 0
                        && !sc.isMemcgReclaim()
                        && !sc.mayDeactivate[LruGen.ANON]
                        && hostwide(LruList.INACTIVE_ANON) >> sc.priority != 0
                        && hostwide(LruList.INACTIVE_FILE)
                                        + hostwide(LruList.ACTIVE_FILE)
                                        + host.zone().free(cpu)
                                <= host.zone().watermarks().high();
    }

    /// Pages in the classic lists of one kind, all cgroups together.
    private long hostwide(int list) {
        return host.memcgs().stream().mapToLong(memcg -> memcg.lruvec().size(list)).sum();
    }

    /// `balance_pgdat`: reclaims until the zone is above its high watermark, nothing helps, or
    /// nobody is left whom it would help. Returns whether anything was freed.
    ///
    /// @param minTtlMillis see [LruGenMinTtl]
    boolean balance(Cpu cpu, long minTtlMillis) {
        cpu.enter(KernelFunction.BALANCE_PGDAT);
        long since = Tracepoint.begin(cpu);
        long high = host.zone().watermarks().high();
        LruGenWalk walk = sc.walk;
        sc.start(null, true, 0, host.swappiness());
        sc.walk = walk;
        long total = 0;
        while (sc.priority >= 1 && host.zone().free(cpu) <= high && !cpu.shouldStop()) {
            sc.nrReclaimed = 0;
            sc.nrScanned = 0;
            sc.nrToReclaim = Math.max(high, ScanControl.SWAP_CLUSTER_MAX);
            if (host.caps().core()) {
                // kswapd keeps its walk for good, so its look-arounds relabel without detour
                sc.useWalk(host.rootMemcg().lruvec());
                setInitialPriority();
                minTtl.protect(cpu, minTtlMillis, sc.priority);
                if (ageNode != null) {
                    ageNode.age(cpu, sc);
                }
            } else {
                classic.ageActiveAnon(cpu, sc);
            }
            node(cpu);
            host.zone().drainLocal(cpu);
            total += sc.nrReclaimed;
            if (sc.nrScanned < sc.nrToReclaim || sc.nrReclaimed == 0) {
                sc.priority--;
            }
        }
        snapshotRefaults();
        Tracepoint.BALANCE_PGDAT.tell(cpu, since, total, 0, 0);
        cpu.exit();
        return total > 0;
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
        LruGenAging.markUsed(cpu, host.mmLists().of(memcg));
        sc.start(memcg, false, 0, host.swappiness());
        Lruvec lruvec = memcg.lruvec();
        lruvec.beginReclaim(cpu);
        boolean done =
                aging.tryToIncMaxSeq(cpu, memcg, lruvec.gen().maxSeq(cpu), canSwap, forceScan, sc);
        lruvec.endReclaim(cpu);
        sc.walk = null;
        return done;
    }

    /// Evicts generations up to `seq` by force, as the debugfs command `-` does. Like all proactive
    /// reclaim it has a walk, so its look-arounds relabel without detour.
    void forceEviction(Cpu cpu, Memcg memcg, long seq, int swappiness, long goal) {
        busy = true;
        sc.start(null, false, goal, swappiness);
        sc.useWalk(memcg.lruvec());
        memcg.lruvec().beginReclaim(cpu);
        eviction.evictUpTo(cpu, memcg, seq, goal, sc);
        memcg.lruvec().endReclaim(cpu);
        sc.walk = null;
        busy = false;
    }
}
