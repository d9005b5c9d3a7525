package org.gleaner.kvm.x86;

import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.mmu.MmuParts;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.PreservedAccessed;
import org.gleaner.kvm.mmu.RemoteTlbs;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TreeIter;

/// The second stage's page tables (`tdp_mmu.c`): what may be asked of them. Its roots are
/// [TdpRoots]', installing is [TdpMap]'s, splitting [TdpSplit]'s, zapping [TdpZapper]'s, aging
/// [TdpAger]'s, and giving rights back [TdpFastFault]'s.
///
/// ## Who may change what
///
/// An entry is one word, and it is changed by
///
/// - *faults*, many at a time, under `mmu_lock` read: from not present to a table or a leaf, a leaf
///   to one that allows more, a huge leaf to a table of the same, or a table to a huge leaf, by
///   compare-and-swap;
/// - *zaps*: under `mmu_lock` write by exchange, and of invalid roots under `mmu_lock` read by
///   compare-and-swap;
/// - the *fast page fault*, without a lock: gives a leaf back its R, X or W, by compare-and-swap;
/// - the *page walker*: sets A and D of a leaf that permits the access, in one step with its check;
/// - *agers*, under `mmu_lock` write or without any lock: take A away, or make the tracked form, by
///   one compare-and-swap against the leaf they read.
///
/// Everybody who may run beside another uses compare-and-swap from a value it has looked at, and
/// only a fault turns a word from not present to present. So what was zapped stays zapped until a
/// fault says otherwise, and a fault asks the gate of invalidations under `mmu_lock` before it
/// does.
///
/// ## Tables
///
/// A table is filled before it is linked. One that is taken out is unreachable for new walks, but
/// old walks may stand in it; so each of its entries is frozen, which no fault and no ager will
/// touch, and it is given back after an RCU grace period. Whoever walks without `mmu_lock` write is
/// in an RCU read section. Guests walk without one: they are interrupted, and leave, between the
/// unlinking and the free.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | entry: present | fault, lock read, RCU | CAS | any walk | acquire | filling of the table |
/// | entry: empty | zap, lock write | exchange | fault, ager, walker | CAS | the flush after it |
/// | entry: empty | zap of invalid root, lock read | CAS | ager, walker | CAS | request before |
/// | entry: frozen | zap, detached table | exchange | fault, ager | CAS | RCU |
/// | entry: A off, tracked | ager | CAS | walker | CAS | nothing: races are allowed |
/// | entry: A or D on | walker | CAS | zap, ager | CAS | the flush after a zap |
/// | `unlinkEpoch` | zap, before the flush | volatile | vCPU, next entry | volatile | the request |
///
/// ## Races that are allowed
///
/// An ager's compare-and-swap may lose against the walker, a fault or a zap: the page stays young,
/// or is gone, and was reported young. An access through a cached translation sets nothing: the
/// page looks old. Two agers may both report one access.
///
/// A leaf may be of any level that the fault was given ([TdpMap]); whatever looks a page up finds a
/// huge leaf where one is.
public final class TdpMmu extends SecondaryMmu {
    final SpteFormat format;
    final SpteSteps spteSteps;

    final LeafMarks marks;

    /// Whom a table that is taken out of a valid root must be flushed from.
    final RemoteTlbs remote;

    final PreservedAccessed preserved;

    final TdpZapper zapper;
    final TdpSplit split;

    private final TdpRoots roots;
    private final TdpMap map;
    private final TdpFastFault fast;
    private final TdpDirtyLog dirtyLog;
    private final TdpRecovery recovery;
    private final TdpAger ager;
    private final LongAdder yields = new LongAdder();

    /// Leaves by size, as debugfs shows them (`pages_4k`, `pages_2m`, `pages_1g`): one cache line.
    private final Word pages = new Word();

    /// An MMU without roots, for entries of `format`.
    ///
    /// @throws ClassCastException if its steps are not those of x86
    public TdpMmu(MmuParts parts, SpteFormat format) {
        super(parts);
        SpteSteps steps = (SpteSteps) parts.steps();
        remote = parts.remote();
        this.format = format;
        spteSteps = steps;
        roots = new TdpRoots(this, parts.keepsRoots());
        preserved = parts.preserved();
        marks = new LeafMarks(format, parts.marks());
        zapper = new TdpZapper(this);
        split = new TdpSplit(tables, format, steps, invariants);
        map = new TdpMap(this);
        fast = new TdpFastFault(this);
        dirtyLog = new TdpDirtyLog(this, parts.hardwareLog());
        recovery = new TdpRecovery(this);
        ager = new TdpAger(this);
    }

    // --- roots -------------------------------------------------------------------------------

    /// The roots, invalid ones included, as they are now.
    MmuRoot[] roots(Cpu cpu) {
        return roots.all(cpu);
    }

    @Override
    public MmuRoot acquire(Cpu cpu) {
        return roots.acquire(cpu);
    }

    @Override
    public void release(Cpu cpu, MmuRoot root) {
        roots.release(cpu, root);
    }

    @Override
    public void invalidateRoots(Cpu cpu) {
        roots.invalidate(cpu);
    }

    @Override
    public void zapInvalidatedRoots(Cpu cpu) {
        roots.zapInvalidated(cpu);
    }

    /// `kvm_tdp_mmu_zap_all`, when no vCPU can run any more.
    @Override
    public void zapAll(Cpu cpu) {
        mmuLock.writeLock(cpu);
        for (MmuRoot root : roots(cpu)) {
            zapper.zapRoot(cpu, root, false);
        }
        mmuLock.writeUnlock(cpu);
    }

    @Override
    public boolean unmap(Cpu cpu, long start, long end, ZapCause cause) {
        return zapper.zapLeafs(cpu, start, end, cause);
    }

    @Override
    public boolean age(
            Cpu cpu, long start, long end, long lastGfn, AgeQuery query, boolean locked) {
        return ager.age(cpu, start, end, lastGfn, query, locked);
    }

    @Override
    public void split(Cpu cpu, long start, long end, int chunkLevel) {
        dirtyLog.split(cpu, start, end);
    }

    @Override
    public void writeProtect(Cpu cpu, long start, long end) {
        dirtyLog.writeProtect(cpu, start, end);
    }

    @Override
    public void clearDirty(Cpu cpu, long gfn, long mask) {
        dirtyLog.clear(cpu, gfn, mask);
    }

    @Override
    public void recover(Cpu cpu, long start, long end, LogEnd how, LevelOf levels) {
        recovery.recover(cpu, start, end, how, levels);
    }

    @Override
    public long splits() {
        return dirtyLog.splits.sum();
    }

    @Override
    public long recovered() {
        return recovery.recovered.sum();
    }

    @Override
    public long yields() {
        return yields.sum();
    }

    @Override
    public int unseenWriteLevel(Cpu cpu, long gfn) {
        return dirtyLog.unseenWriteLevel(cpu, gfn);
    }

    /// A leaf has come, or has gone (`kvm_update_page_stats`). What a split and a recovery say of
    /// 512 leaves at once is left out.
    void countsLeaf(Cpu cpu) {
        cpu.touch(pages);
    }

    /// `tdp_mmu_iter_cond_resched`, for walks under `mmu_lock` read: true if others were let in.
    boolean letOthersIn(Cpu cpu, TreeIter iter, boolean owesFlush) {
        if (!iter.mayYield() || !cpu.yieldsIf(mmuLock.isContended())) {
            return false;
        }
        yields.increment();
        if (owesFlush) {
            remote.flush(cpu);
        }
        letGo(cpu, iter);
        return true;
    }

    /// Is for a moment without `mmu_lock`, and out of the read section.
    void letGo(Cpu cpu, TreeIter iter) {
        rcu.readUnlock(cpu);
        mmuLock.readUnlock(cpu);
        cpu.standAside();
        mmuLock.readLock(cpu);
        rcu.readLock(cpu);
        iter.yielded();
    }

    @Override
    public void checkAbsent(Cpu cpu, long start, long end, boolean later) {
        zapper.checkAbsent(cpu, start, end, later);
    }

    /// An account of this moment, entry by entry. An invalid root that was emptied has none.
    @Override
    public long countLeaves(Cpu cpu, boolean onlyYoung) {
        TreeIter iter = new TreeIter(tables, 1 << 20);
        long count = 0;
        rcu.readLock(cpu);
        for (MmuRoot root : roots(cpu)) {
            iter.start(root.table, RadixTable.LEVEL_4K, 0, tables.geometry.keys);
            while (iter.nextLeaf(cpu)) {
                if (!onlyYoung || format.isAccessed(iter.old)) {
                    count++;
                }
            }
        }
        rcu.readUnlock(cpu);
        return count;
    }

    // --- faults ------------------------------------------------------------------------------

    @Override
    public int leastLaidBy() {
        return TableCache.LEAST;
    }

    @Override
    protected int install(Cpu cpu, MmuRoot root, TableCache spare, Fault fault) {
        return map.map(cpu, root, spare, fault);
    }

    @Override
    public int fastFault(Cpu cpu, MmuRoot root, Fault fault) {
        return fast.fix(cpu, root, fault);
    }
}
