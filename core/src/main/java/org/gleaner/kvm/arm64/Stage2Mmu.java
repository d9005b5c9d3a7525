package org.gleaner.kvm.arm64;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.EmptiedTables;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invalidations;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.mmu.MmuParts;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.PageMarks;
import org.gleaner.kvm.mmu.RemoteTlbs;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TreeIter;
import org.jspecify.annotations.Nullable;

/// arm64's second stage (`pgtable.c`): one root, and what may be asked of it. Installing is
/// [Stage2Map]'s, taking out [Stage2Unmap]'s, splitting [Stage2Split]'s, aging [Stage2Ager]'s.
///
/// ## Who may change what
///
/// - *faults*, many at a time, under `mmu_lock` read: replace an entry by [BreakBeforeMake], add
///   rights or the access flag to a leaf by compare-and-swap;
/// - *unmaps*, *the dirty log* and *splits*, under `mmu_lock` write;
/// - *agers*, as [Stage2Aging] says: under `mmu_lock` write by a plain store, or beside all others
///   by compare-and-swap;
/// - *hardware*, if it does: sets the access flag of a valid leaf that has none, in one step with
///   its check.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | entry | break | full | faults | acquire | a walk that finds it locked goes back |
/// | entry | make | release | walks | acquire | the table below, filled |
/// | entry | unmap | full, `mmu_lock` write | walks | acquire | the flush that follows |
/// | entry | log | full, `mmu_lock` write | walks | acquire | the flush that follows |
/// | entry | ager, `mmu_lock` write | release | walks | acquire | nothing |
/// | entry | ager, shared | full | walks | acquire | nothing: it compares |
/// | entry | access-flag fault, rights | full | age, log | acquire | `mmu_lock` |
/// | `root` | first vCPU, the end, `mmu_lock` write | volatile | agers without a lock | volatile | RCU |
///
/// The flush is the broadcast invalidation ([org.gleaner.machine.Cpu#broadcast]).
public final class Stage2Mmu extends SecondaryMmu {
    final Stage2Format format;
    final TableCounts counts;
    final Stage2Unmap unmapper;
    private final RemoteTlbs remote;
    final Stage2Aging aging;
    final LongAdder rangeFlushes = new LongAdder();
    final LongAdder entryFlushes = new LongAdder();
    final LongAdder localFlushes = new LongAdder();
    private final boolean isProtected;
    final Stage2Steps stage2Steps;

    /// On kernels before 6.13 an access-flag fault tells the page, too; nothing else here does.
    private final @Nullable PageMarks marks;

    private final Stage2Map map;
    private final Stage2Split splitter;
    private final Stage2Ager ager;

    /// The root that is valid; null before the first vCPU has asked for one, and at the end.
    private volatile @Nullable MmuRoot root;

    /// Roots that were made invalid and that the VM still holds.
    @Guarded("mmu_lock")
    private final List<MmuRoot> leaving = new ArrayList<>();

    /// An MMU without a root.
    ///
    /// @throws ClassCastException if its steps are not those of arm64
    ///
    /// @param isProtected the host's wishes are not heard: pages stay until the address space or
    ///     the VM ends (pKVM)
    public Stage2Mmu(MmuParts parts, Stage2Aging aging, boolean isProtected) {
        super(parts);
        this.aging = aging;
        this.isProtected = isProtected;
        stage2Steps = (Stage2Steps) parts.steps();
        format = (Stage2Format) parts.tables().format;
        remote = parts.remote();
        marks = parts.marks();
        counts = new TableCounts(tables.slab.capacity());
        unmapper = new Stage2Unmap(this);
        map = new Stage2Map(this);
        splitter = new Stage2Split(this);
        ager = new Stage2Ager(this, stage2Steps, aging);
    }

    // --- roots -------------------------------------------------------------------------------

    @Override
    public MmuRoot acquire(Cpu cpu) {
        mmuLock.writeLock(cpu);
        MmuRoot found = root;
        if (found == null) {
            found = new MmuRoot(tables.newRoot(cpu), 1);
            cpu.charge(Cost.SPTE_TABLE_ALLOC);
            cpu.writes(this);
            root = found;
        }
        found.get(cpu);
        mmuLock.writeUnlock(cpu);
        return found;
    }

    @Override
    public void release(Cpu cpu, MmuRoot left) {
        if (left.put(cpu)) {
            rcu.call(cpu, (c, table) -> free(c, left), left.table);
        }
    }

    private void free(Cpu cpu, MmuRoot left) {
        left.setFreed();
        tables.unlinked();
        counts.clear(cpu, left.table);
        tables.slab.freeRoot(cpu, left.table);
    }

    /// Empties the root at once, and flushes; who still has it loaded finds nothing in it, and no
    /// new fault will use it.
    @Override
    public void invalidateRoots(Cpu cpu) {
        MmuRoot valid = valid(cpu);
        if (valid != null) {
            invariants.zapBegins();
            valid.invalidate(cpu);
            zap(cpu, valid, 0, tables.geometry.keys);
            invariants.zapFlushed();
            cpu.writes(this);
            root = null;
            leaving.add(valid);
        }
    }

    /// Drops the VM's own references to roots that were made invalid.
    @Override
    public void zapInvalidatedRoots(Cpu cpu) {
        mmuLock.writeLock(cpu);
        MmuRoot[] left = leaving.toArray(MmuRoot[]::new);
        leaving.clear();
        mmuLock.writeUnlock(cpu);
        for (MmuRoot each : left) {
            release(cpu, each);
        }
    }

    @Nullable MmuRoot valid(Cpu cpu) {
        cpu.reads(this);
        return root;
    }

    // --- faults ------------------------------------------------------------------------------

    /// `kvm_mmu_cache_min_pages`.
    @Override
    public int leastLaidBy() {
        return tables.geometry.levels - 1;
    }

    @Override
    protected int install(Cpu cpu, MmuRoot root, TableCache spare, Fault fault) {
        return map.map(cpu, root, spare, fault);
    }

    /// `handle_access_fault`: sets the access flag of a valid leaf that has none. The page is told
    /// under `mmu_lock`, so it still is the leaf's.
    @Override
    public int fastFault(Cpu cpu, MmuRoot root, Fault fault) {
        rcu.readLock(cpu);
        int result = mkYoung(cpu, root, fault.gfn);
        rcu.readUnlock(cpu);
        return result;
    }

    private int mkYoung(Cpu cpu, MmuRoot root, long gfn) {
        cpu.step();
        long found = tables.leafAt(cpu, root.table, gfn);
        if (found < 0) {
            return RetPf.INVALID;
        }
        long slot = RadixTable.slotOf(found);
        long[] words = tables.slab.slotWords(slot);
        int i = tables.slab.slotIndex(slot);
        long old = cpu.load(words, i);
        Invariants.readable(old);
        if (!format.isLeaf(old, RadixTable.levelOf(found)) || format.isAccessed(old)) {
            return RetPf.INVALID;
        }
        if (cpu.cas(words, i, old, format.young(old))) {
            invariants.changed(old, format.young(old));
            if (marks != null) {
                int level = RadixTable.levelOf(found);
                marks.markAccessed(cpu, (int) format.pfn(tables.smallLeaf(old, level, gfn)));
            }
        }
        // whoever was first has made it young or taken it away: the guest will see
        return RetPf.FIXED;
    }

    // --- the host ----------------------------------------------------------------------------

    /// Flushes by itself, so it never owes that; the cause makes no difference.
    @Override
    public boolean unmap(Cpu cpu, long start, long end, ZapCause cause) {
        MmuRoot valid = valid(cpu);
        if (valid != null && !isProtected) {
            zap(cpu, valid, start, end);
        }
        return false;
    }

    private void zap(Cpu cpu, MmuRoot from, long start, long end) {
        rcu.readLock(cpu);
        unmapper.unmap(cpu, from, start, end);
        rcu.readUnlock(cpu);
    }

    /// Invalidates what vCPUs have cached (`kvm_tlb_flush_vmid_ipa` and the like), which `kind`
    /// counts.
    void invalidate(Cpu cpu, LongAdder kind) {
        kind.increment();
        stage2Steps.beforeInvalidation(cpu);
        // the second stage by address, and only then all of the first
        cpu.broadcast(1);
        cpu.only(MemoryOrder.PLAIN);
        remote.flush(cpu);
    }

    /// A leaf is gone.
    void zapped(Cpu cpu, long leaf, int level) {
        invariants.changed(leaf, format.empty);
        invariants.zapped(cpu, leaf, level);
    }

    @Override
    public boolean age(
            Cpu cpu, long start, long end, long lastGfn, AgeQuery query, boolean locked) {
        boolean section = aging.isShared() && steps.agesInRcu();
        if (section) {
            rcu.readLock(cpu);
        }
        MmuRoot valid = valid(cpu);
        boolean any =
                valid != null && !isProtected && ager.age(cpu, valid, start, end, lastGfn, query);
        if (section) {
            rcu.readUnlock(cpu);
        }
        return any;
    }

    /// `kvm_free_stage2_pgd`: the root goes with all that is below it, whoever has it loaded. What
    /// vCPUs do with their references from now on changes nothing, for the MMU keeps its own.
    @Override
    public void zapAll(Cpu cpu) {
        if (!aging.endsWithMemory()) {
            return;
        }
        mmuLock.writeLock(cpu);
        MmuRoot valid = valid(cpu);
        if (valid != null) {
            invariants.zapBegins();
            valid.invalidate(cpu);
            zap(cpu, valid, 0, tables.geometry.keys);
            cpu.writes(this);
            root = null;
            invariants.zapFlushed();
        }
        mmuLock.writeUnlock(cpu);
        if (valid == null) {
            return;
        }
        if (aging.outrunsUnmap() && stage2Steps.rootWaitsForReaders()) {
            rcu.call(cpu, (c, table) -> free(c, valid), valid.table);
        } else {
            free(cpu, valid);
        }
    }

    // --- the dirty log -----------------------------------------------------------------------

    @Override
    public void split(Cpu cpu, long start, long end, int chunkLevel) {
        splitter.split(cpu, start, end, chunkLevel);
    }

    @Override
    public void writeProtect(Cpu cpu, long start, long end) {
        assert mmuLock.isHeldForWriteBy(cpu);
        MmuRoot valid = valid(cpu);
        if (valid == null) {
            return;
        }
        TreeIter iter = new TreeIter(tables);
        iter.start(valid.table, RadixTable.LEVEL_4K, start, end);
        while (iter.nextLeaf(cpu)) {
            long old = iter.old;
            long update = format.readOnly(old);
            if (update == old) {
                continue;
            }
            if (cpu.cas(iter.words, iter.index, old, update)) {
                invariants.changed(old, update);
            } else {
                iter.retry();
            }
        }
        cpu.charge(Cost.SPTE_SCAN, iter.scanned);
    }

    /// The pages between the first and the last of the mask, whether the mask has them or not.
    @Override
    public void clearDirty(Cpu cpu, long gfn, long mask) {
        if (mask != 0) {
            int first = Long.numberOfTrailingZeros(mask);
            int last = Long.SIZE - 1 - Long.numberOfLeadingZeros(mask);
            writeProtect(cpu, gfn + first, gfn + last + 1);
        }
    }

    /// Nothing: blocks come back as pages fault.
    @Override
    public void recover(Cpu cpu, long start, long end, LogEnd how, LevelOf levels) {}

    @Override
    public long splits() {
        return splitter.splits.sum();
    }

    @Override
    public long recovered() {
        return 0;
    }

    @Override
    public long yields() {
        return splitter.yields.sum();
    }

    @Override
    public int unseenWriteLevel(Cpu cpu, long gfn) {
        MmuRoot valid = valid(cpu);
        long found = valid == null ? -1 : tables.leafAt(cpu, valid.table, gfn);
        if (found < 0) {
            return 0;
        }
        long leaf = leaf(cpu, RadixTable.slotOf(found));
        return format.isPresent(leaf) && format.isWritable(leaf) ? RadixTable.levelOf(found) : 0;
    }

    private long leaf(Cpu cpu, long slot) {
        return cpu.peek(tables.slab.slotWords(slot), tables.slab.slotIndex(slot));
    }

    // --- checks and reports ------------------------------------------------------------------

    @Override
    public Invalidations invalidations() {
        return new Invalidations(rangeFlushes.sum(), entryFlushes.sum(), localFlushes.sum());
    }

    @Override
    public EmptiedTables emptied() {
        return unmapper.emptied();
    }

    @Override
    public void checkAbsent(Cpu cpu, long start, long end, boolean later) {
        MmuRoot valid = valid(cpu);
        for (long gfn = start; valid != null && !isProtected && gfn < end; gfn++) {
            long found = tables.leafAt(cpu, valid.table, gfn);
            if (found >= 0 && (!later || RadixTable.levelOf(found) == RadixTable.LEVEL_4K)) {
                invariants.absent(leaf(cpu, RadixTable.slotOf(found)), gfn, later);
            }
        }
    }

    @Override
    public long countLeaves(Cpu cpu, boolean onlyYoung) {
        MmuRoot valid = valid(cpu);
        long count = 0;
        if (valid != null) {
            rcu.readLock(cpu);
            TreeIter iter = new TreeIter(tables);
            iter.start(valid.table, RadixTable.LEVEL_4K, 0, tables.geometry.keys);
            while (iter.nextLeaf(cpu)) {
                count += !onlyYoung || format.isAccessed(iter.old) ? 1 : 0;
            }
            rcu.readUnlock(cpu);
        }
        return count;
    }
}
