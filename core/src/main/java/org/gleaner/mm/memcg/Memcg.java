package org.gleaner.mm.memcg;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Word;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.space.AddressSpace;

/// A memory cgroup: its usage and limit, its LRU lists, and the address spaces that belong to it.
public final class Memcg {
    /// No limit.
    public static final long UNLIMITED = Long.MAX_VALUE;

    /// Id of the root cgroup, which is never charged.
    public static final int ROOT = 0;

    private final int id;
    private final Lruvec lruvec;
    private final Word usage = new Word();
    private final Word maxEvents = new Word();
    private final Word oomKills = new Word();
    private volatile long max = UNLIMITED;

    private final QueuedSpinLock mmListLock = new QueuedSpinLock(LockClass.MM_LIST_LOCK);
    private final List<AddressSpace> mmList = new ArrayList<>();

    public Memcg(int id, Lruvec lruvec) {
        this.id = id;
        this.lruvec = lruvec;
    }

    public int id() {
        return id;
    }

    public Lruvec lruvec() {
        return lruvec;
    }

    /// `memory.max` in pages.
    public long max() {
        return max;
    }

    /// Sets `memory.max`; reclaims nothing by itself.
    public void setMax(long pages) {
        max = pages;
    }

    /// Pages charged, those waiting in per-CPU stocks included (`memory.current`).
    public Word usage() {
        return usage;
    }

    /// How often the limit was hit (`memory.events` max).
    public Word maxEvents() {
        return maxEvents;
    }

    /// Kills by this cgroup's out-of-memory killer.
    public Word oomKills() {
        return oomKills;
    }

    /// The lock of [#mmList] and of the walk state of the lruvec.
    public QueuedSpinLock mmListLock() {
        return mmListLock;
    }

    /// Address spaces in the order they joined; guarded by [#mmListLock].
    public List<AddressSpace> mmList() {
        return mmList;
    }

    /// Adds an address space (`lru_gen_add_mm`).
    public void addMm(Cpu cpu, AddressSpace mm) {
        mmListLock.lock(cpu);
        lruvec.gen().walkState().added(mmList.size());
        mmList.add(mm);
        mmListLock.unlock(cpu);
    }
}
