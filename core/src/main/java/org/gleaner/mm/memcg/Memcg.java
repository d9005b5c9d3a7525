package org.gleaner.mm.memcg;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.stat.VmStat;
import org.jspecify.annotations.Nullable;

/// A memory cgroup: its place in the tree, usage, limits and protections and its LRU lists.
///
/// The tree is built while a host is set up, and stands still while it runs. A page is charged to
/// its cgroup and to all above it but the root, which counts nothing.
public final class Memcg {
    /// No limit.
    public static final long UNLIMITED = Long.MAX_VALUE;

    /// Id of the root cgroup, which is never charged.
    public static final int ROOT = 0;

    private final int id;
    private final @Nullable Memcg parent;
    private final List<Memcg> children = new ArrayList<>();
    private final int rank;
    private final Lruvec lruvec;
    private final VmStat stat;
    private final MemcgSwap swap;
    private final Word usage = new Word();
    private final Word kernelPages = new Word();
    private final Word objectBytes = new Word();
    private final Word pageTables = new Word();
    private final Word secondaryTables = new Word();
    private final VmPressure pressure = new VmPressure();

    /// Words from one CPU's count to the next's.
    private static final int LINE = 8;

    /// By CPU: time that its tasks slept for charges above a limit.
    @OneCpu private final long[] throttledNanos;

    private final Word[] events = new Word[MemcgEvent.values().length];
    private volatile long max = UNLIMITED;
    private volatile long high = UNLIMITED;
    private volatile long min;
    private volatile long low;

    /// What [MemcgProtection] last made of `min` and `low`.
    volatile long effectiveMin;

    volatile long effectiveLow;

    /// Place in the memcg LRU; guarded by its lock.
    final MemcgLru.Place place = new MemcgLru.Place(this);

    /// One word: how far the shared walk over the cgroups from here down has come; see [MemcgWalk].
    final long[] sharedWalk = new long[1];

    /// @param parent null for the root
    /// @param maxCpus CPUs that may ever count something here
    public Memcg(int id, @Nullable Memcg parent, Lruvec lruvec, int maxCpus) {
        this.id = id;
        this.parent = parent;
        this.lruvec = lruvec;
        stat = lruvec.events();
        throttledNanos = new long[maxCpus * LINE];
        swap = new MemcgSwap(parent == null ? null : parent.swap, maxCpus);
        for (int i = 0; i < events.length; i++) {
            events[i] = new Word();
        }
        rank = parent == null ? 0 : parent.children.size();
        if (parent != null) {
            parent.children.add(this);
        }
    }

    public int id() {
        return id;
    }

    public Lruvec lruvec() {
        return lruvec;
    }

    // --- the tree ----------------------------------------------------------------------------

    public @Nullable Memcg parent() {
        return parent;
    }

    public List<Memcg> children() {
        return children;
    }

    public boolean isRoot() {
        return id == ROOT;
    }

    /// The cgroup above that is charged as well, or null.
    @Nullable Memcg chargedParent() {
        return parent == null || parent.isRoot() ? null : parent;
    }

    /// Whether this is `top` or lies below it.
    public boolean isWithin(Memcg top) {
        Memcg at = this;
        while (at != null && at != top) {
            at = at.parent;
        }
        return at == top;
    }

    /// The cgroup after this one in a walk over `top` and all below it, parents first; null at the
    /// end.
    @Nullable Memcg next(Memcg top) {
        if (!children.isEmpty()) {
            return children.getFirst();
        }
        for (Memcg at = this; at != top && at.parent != null; at = at.parent) {
            List<Memcg> siblings = at.parent.children;
            if (at.rank + 1 < siblings.size()) {
                return siblings.get(at.rank + 1);
            }
        }
        return null;
    }

    // --- limits and protections --------------------------------------------------------------

    /// `memory.max` in pages.
    public long max() {
        return max;
    }

    /// Sets `memory.max`; reclaims nothing by itself.
    public void setMax(long pages) {
        max = pages;
    }

    /// `memory.high` in pages.
    public long high() {
        return high;
    }

    /// Sets `memory.high`; reclaims nothing by itself.
    public void setHigh(long pages) {
        high = pages;
    }

    /// `memory.min` in pages.
    public long min() {
        return min;
    }

    public void setMin(long pages) {
        min = pages;
    }

    /// `memory.low` in pages.
    public long low() {
        return low;
    }

    public void setLow(long pages) {
        low = pages;
    }

    /// What is in swap of it and those below, and its `memory.swap.max`.
    public MemcgSwap swap() {
        return swap;
    }

    // --- counts ------------------------------------------------------------------------------

    /// Pages charged for the kernel itself (`kernel` of `memory.stat`); see [KernelMemory].
    public Word kernelPages() {
        return kernelPages;
    }

    /// Of these, tables of processes (`pagetables`); see [TableCharge].
    public Word pageTables() {
        return pageTables;
    }

    /// And tables of secondary MMUs that are in use (`sec_pagetables`); see [TableCharge].
    public Word secondaryTables() {
        return secondaryTables;
    }

    /// Bytes of slab objects charged; see [KernelMemory].
    Word objectBytes() {
        return objectBytes;
    }

    /// Pages charged here and below, those waiting in per-CPU stocks included (`memory.current`).
    public Word usage() {
        return usage;
    }

    /// Usage as a look without a lock or a step sees it.
    public long current() {
        return usage.snapshot();
    }

    /// Gives back pages that were charged here and in all cgroups above but the root.
    public void uncharge(Cpu cpu, int pages) {
        if (!isRoot()) {
            for (Memcg at = this; at != null; at = at.chargedParent()) {
                cpu.fetchAdd(at.usage, -pages);
            }
        }
    }

    /// Counts an event, here and in all cgroups above but the root.
    public void count(Cpu cpu, MemcgEvent event) {
        for (Memcg at = this; at != null; at = at.chargedParent()) {
            cpu.fetchAdd(at.events[event.ordinal()], 1);
        }
    }

    /// `memory.events`: events here and below.
    public long events(MemcgEvent event) {
        return events[event.ordinal()].snapshot();
    }

    /// `memory.events` by the kernel's names, in its order.
    public Map<MemcgEvent, Long> events() {
        Map<MemcgEvent, Long> all = new EnumMap<>(MemcgEvent.class);
        for (MemcgEvent event : MemcgEvent.values()) {
            all.put(event, events(event));
        }
        return all;
    }

    /// What faults and reclaim did in this cgroup alone: faults, swapping, pages scanned and freed.
    public VmStat stat() {
        return stat;
    }

    /// A task of this cgroup slept for what it had charged above `memory.high`.
    void throttled(Cpu cpu, long nanos) {
        throttledNanos[cpu.id * LINE] += nanos;
    }

    /// How long tasks of this cgroup, all together, slept for what they had charged above
    /// `memory.high`, here or in a cgroup above. Exact when they are at rest.
    public long throttledNanos() {
        return LongStream.of(throttledNanos).sum();
    }

    // --- address spaces ----------------------------------------------------------------------

    /// What reclaim of this cgroup, as the one whose limit was hit, has scanned.
    public VmPressure pressure() {
        return pressure;
    }
}
