package org.gleaner.mm.lru;

import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Racy;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// The LRU lists of one memory cgroup (`struct lruvec`, one node): classic lists or generations,
/// whichever is enabled ([LruGenSwitch] moves folios from the one to the other), their exact sizes,
/// and the costs that balance anonymous against file memory.
///
/// Everything here is protected by [#lock], except `nonresidentAge` and the cost (atomics, which
/// count what happens in cgroups below as well) and reads of sizes as hints. What [#stats] says is
/// what the kernel's statistics would say of the cgroup and all below it: it changes every two
/// seconds, and whenever [#flushStats] is called, which misleads the classic LRU just as it does on
/// a real host.
public final class Lruvec {
    /// Period of the worker that flushes statistics.
    private static final long FLUSH_NANOS = 2_000_000_000L;

    private final Folios folios;
    private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.LRU_LOCK);
    private final int[] lists = new int[LruList.COUNT];

    @Guarded("lru_lock")
    private final long[] sizes = new long[LruList.COUNT];

    private final LruGen gen;
    private volatile boolean lruGenEnabled;

    /// Evictions and activations ever, the clock of refault distances.
    private final long[] nonresidentAge = new long[1];

    private final ReclaimCost cost;
    private final StatDelay stats;

    @Racy("the last reclaimer to end a round says what was seen")
    private final long[] refaultSnapshot = new long[2];

    @Racy("two that flush at once write the same")
    private long flushedAt;

    /// One word: how many CPUs are reclaiming from here down.
    private final long[] reclaimers = new long[1];

    private final VmStat events;
    private final @Nullable Lruvec parent;
    private final List<Lruvec> children = new ArrayList<>();

    /// True for the root of a host that has no other cgroup: its statistics are the host's and
    /// never delayed.
    private boolean undelayed;

    /// @param parent that of the cgroup above, null for the root
    /// @param events what the cgroup counts of what becomes of its pages
    public Lruvec(
            Folios folios,
            boolean lruGenEnabled,
            KernelVersion kernel,
            @Nullable Lruvec parent,
            VmStat events) {
        this.events = events;
        this.parent = parent;
        if (parent != null) {
            parent.children.add(this);
            parent.undelayed = false;
        }
        undelayed = parent == null;
        this.folios = folios;
        this.lruGenEnabled = lruGenEnabled;
        for (int i = 0; i < lists.length; i++) {
            lists[i] = folios.lists.newList();
        }
        gen = new LruGen(this, folios, LruGenRules.of(kernel));
        cost = ReclaimCost.of(kernel);
        StatDelay above = parent == null || parent.parent == null ? null : parent.stats;
        stats = new StatDelay(kernel, above);
    }

    public QueuedSpinLock lock() {
        return lock;
    }

    public LruGen gen() {
        return gen;
    }

    /// Whether folios are added to generations, and not to the classic lists.
    public boolean lruGenEnabled() {
        return lruGenEnabled;
    }

    /// Under lru_lock.
    void setLruGenEnabled(boolean enabled) {
        lruGenEnabled = enabled;
    }

    public ReclaimCost cost() {
        return cost;
    }

    public StatDelay stats() {
        return stats;
    }

    public int list(int index) {
        return lists[index];
    }

    /// Pages on a list, exact (`lruvec_lru_size`).
    public long size(int list) {
        return sizes[list];
    }

    void addSize(Cpu cpu, int list, long n) {
        sizes[list] += n;
        if (undelayed) {
            flushStats(cpu);
        } else {
            stats.changed(cpu, Math.abs(n));
        }
    }

    /// All evictable pages.
    public long evictable() {
        return sizes[0] + sizes[1] + sizes[2] + sizes[3];
    }

    /// Makes the delayed statistics current, here and below (`mem_cgroup_flush_stats`).
    public void flushStats(Cpu cpu) {
        for (Lruvec child : children) {
            child.flushStats(cpu);
        }
        long[] allSizes = new long[LruList.COUNT];
        long[] allActivations = new long[2];
        addTo(cpu, allSizes, allActivations);
        stats.flush(cpu, allSizes, allActivations);
    }

    private void addTo(Cpu cpu, long[] allSizes, long[] allActivations) {
        for (int i = 0; i < allSizes.length; i++) {
            allSizes[i] += sizes[i];
        }
        for (int i = 0; i < allActivations.length; i++) {
            allActivations[i] += stats.activationsEver(cpu, i);
        }
        for (Lruvec child : children) {
            child.addTo(cpu, allSizes, allActivations);
        }
    }

    /// What a worker does every two seconds; called where statistics are about to be used.
    public void flushStatsIfLate(Cpu cpu) {
        long now = cpu.now();
        if (now - flushedAt >= FLUSH_NANOS) {
            flushedAt = now;
            flushStats(cpu);
        }
    }

    /// Flushes if the classic lists have changed since, which may have misled their reclaim.
    /// Returns whether they had.
    public boolean flushStatsIfMisleading(Cpu cpu) {
        if (lruGenEnabled) {
            return false;
        }
        long[] current = new long[LruList.COUNT];
        addTo(cpu, current, new long[2]);
        boolean misleading = !stats.isCurrent(current);
        if (misleading) {
            flushStats(cpu);
        }
        return misleading;
    }

    /// Remembers the refault activations that reclaim has reacted to (`snapshot_refaults`).
    public void snapshotRefaults() {
        refaultSnapshot[0] = stats.activations(0);
        refaultSnapshot[1] = stats.activations(1);
    }

    public long refaultSnapshot(int type) {
        return refaultSnapshot[type];
    }

    /// Adds to the cost of reclaim here and in all cgroups above (`lru_note_cost`).
    public void noteCost(Cpu cpu, boolean isFile, long io, long rotated) {
        for (Lruvec at = this; at != null; at = at.parent) {
            at.cost.note(cpu, isFile, io, rotated, at.stats.total());
        }
    }

    /// The cgroup's own counters of events.
    public VmStat events() {
        return events;
    }

    /// Counts `n` updates of the cgroup's statistics, which a reader of `memory.stat` sees late.
    public void statChanged(Cpu cpu, long n) {
        if (!undelayed) {
            stats.changed(cpu, n);
        }
    }

    /// Counts an update by `pages` of each of so many statistics.
    public void statsChanged(Cpu cpu, int statistics, long pages) {
        for (int i = 0; i < statistics; i++) {
            statChanged(cpu, pages);
        }
    }

    /// A folio was charged to the cgroup, or some were uncharged together.
    public void charged(Cpu cpu, long folios) {
        if (!undelayed) {
            stats.charged(cpu, folios);
        }
    }

    /// Pages of the cgroup were read from swap or written there.
    public void swapIo(Cpu cpu, long pages) {
        if (!undelayed) {
            stats.swapIo(cpu, pages);
        }
    }

    /// A CPU starts to reclaim from this cgroup and all below it.
    public void beginReclaim(Cpu cpu) {
        cpu.fetchAdd(reclaimers, 0, 1);
    }

    public void endReclaim(Cpu cpu) {
        cpu.fetchAdd(reclaimers, 0, -1);
    }

    /// Whether anybody is reclaiming from here, or from a cgroup above and so perhaps from here,
    /// and may have all that could go in hand.
    public boolean isBeingReclaimed(Cpu cpu) {
        for (Lruvec at = this; at != null; at = at.parent) {
            if (cpu.load(at.reclaimers, 0) != 0) {
                return true;
            }
        }
        return false;
    }

    public long nonresidentAge(Cpu cpu) {
        return cpu.load(nonresidentAge, 0);
    }

    /// Advances the clock here and in all cgroups above; returns what it was here.
    public long advanceNonresidentAge(Cpu cpu, long pages) {
        long before = cpu.fetchAdd(nonresidentAge, 0, pages);
        for (Lruvec at = parent; at != null; at = at.parent) {
            cpu.fetchAdd(at.nonresidentAge, 0, pages);
        }
        return before;
    }

    // --- lists (lru_lock held) ---------------------------------------------------------------

    /// `lruvec_add_folio`: to the head, by MGLRU's rules where they apply.
    public void add(Cpu cpu, int pfn) {
        if (gen.add(cpu, pfn, false)) {
            return;
        }
        long state = folios.state(cpu, pfn);
        int list = listOf(state);
        addSize(cpu, list, folios.pages(state));
        folios.lists.addHead(lists[list], pfn);
    }

    /// `lruvec_add_folio_tail`.
    public void addTail(Cpu cpu, int pfn) {
        if (gen.add(cpu, pfn, true)) {
            return;
        }
        long state = folios.state(cpu, pfn);
        int list = listOf(state);
        addSize(cpu, list, folios.pages(state));
        folios.lists.addTail(lists[list], pfn);
    }

    /// `lruvec_del_folio`.
    public void del(Cpu cpu, int pfn) {
        if (gen.del(cpu, pfn, false)) {
            return;
        }
        long state = folios.state(cpu, pfn);
        addSize(cpu, listOf(state), -folios.pages(state));
        folios.lists.unlink(pfn);
    }

    /// Removes a folio that reclaim has chosen from its generation.
    public void isolateFromGen(Cpu cpu, int pfn) {
        boolean was = gen.del(cpu, pfn, true);
        assert was : "pfn " + pfn + " was on no generation";
    }

    /// Reclaim has unlinked this many pages from a classic list (`update_lru_sizes`).
    public void isolatedFromList(Cpu cpu, int list, long pages) {
        addSize(cpu, list, -pages);
    }

    private static int listOf(long state) {
        if ((state & UNEVICTABLE) != 0) {
            return LruList.UNEVICTABLE;
        }
        return LruList.of(type(state), (state & ACTIVE) != 0);
    }
}
