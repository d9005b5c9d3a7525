package org.gleaner.mm.reclaim;

import org.gleaner.machine.OneCpu;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.jspecify.annotations.Nullable;

/// One reclaim session: its goal and what it has done so far (`struct scan_control`). Private to
/// the CPU that reclaims.
@OneCpu
final class ScanControl {
    static final int DEF_PRIORITY = 12;
    static final int SWAP_CLUSTER_MAX = 32;
    static final int MAX_SWAPPINESS = 200;

    /// Reclaims no file memory at all; called `max` too.
    static final int ANON_ONLY = 201;

    /// The cgroup whose limit was hit, or null if the whole host is short.
    @Nullable Memcg target;

    boolean kswapd;

    /// Asked for through `memory.reclaim`.
    boolean proactive;

    /// Whether to visit every cgroup, whatever other reclaimers have visited.
    boolean fullWalk;

    /// Whether `memory.low` is disregarded, there being nothing else; and whether anything was left
    /// alone for it.
    boolean lowReclaim;

    boolean lowSkipped;

    long nrToReclaim;
    int priority;
    int swappiness;

    long nrScanned;
    long nrReclaimed;

    /// Whether this turn over the cgroups takes from generations, and whether from the classic
    /// lists.
    boolean fromGenerations;

    boolean fromLists;

    /// Classic: which types' active lists may be shrunk in this pass.
    final boolean[] mayDeactivate = new boolean[2];

    boolean forceDeactivate;
    boolean skippedDeactivate;

    /// Classic: what reclaiming each type has cost the target lately.
    long anonCost;

    long fileCost;

    /// Classic: with a swappiness of 0, whether the host is out of files and short all the same,
    /// and so swaps.
    boolean fileIsTiny;

    /// Classic: I/O started and pages found under writeback in this pass.
    long nrPageout;

    long nrWriteback;
    long nrTaken;

    /// MGLRU of 6.1: whether kswapd's next round of aging is due.
    boolean needsAging = true;

    /// MGLRU: rounds of all this CPU's sessions.
    final ShrinkHistogram histogram = new ShrinkHistogram();

    /// MGLRU: the session's page-table walk, or null for sessions that have none when they evict.
    @Nullable LruGenWalk walk;

    /// The walk of all this CPU's sessions; made when the first one needs it.
    private @Nullable LruGenWalk own;

    /// Gives the session a walk if it has none, and returns it.
    LruGenWalk useWalk(Lruvec lruvec) {
        LruGenWalk used = walk != null ? walk : own;
        if (used == null) {
            used = new LruGenWalk(lruvec);
            own = used;
        }
        walk = used;
        return used;
    }

    void start(@Nullable Memcg target, boolean kswapd, long goal, int swappiness) {
        this.target = target;
        this.kswapd = kswapd;
        this.swappiness = swappiness;
        nrToReclaim = goal;
        priority = DEF_PRIORITY;
        nrScanned = 0;
        nrReclaimed = 0;
        forceDeactivate = false;
        skippedDeactivate = false;
        proactive = false;
        fullWalk = false;
        lowReclaim = false;
        lowSkipped = false;
        walk = null;
    }

    boolean isMemcgReclaim() {
        return target != null;
    }

    /// Whether all cgroups are in scope.
    boolean isRootReclaim() {
        Memcg memcg = target;
        return memcg == null || memcg.isRoot();
    }
}
