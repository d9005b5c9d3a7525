package org.gleaner.kvm.x86;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.TreeIter;

/// Takes W from leaves, so that the next write to each is seen; or D, where hardware notes the page
/// when it sets D again (PML).
///
/// MMU-W stays, so the write needs no more than the fast fault, which sets W by compare-and-swap
/// and marks the log. Whatever takes W away owes a flush: a translation with W that a vCPU has
/// cached would let it write unseen.
///
/// | operation | `mmu_lock` | each change |
/// |---|---|---|
/// | [#split] | read | the table linked in the place of the leaf: compare-and-swap |
/// | [#writeProtect] | read | compare-and-swap from what was read, again if lost |
/// | [#clear] | write | and-not: hardware may set D, and the fast fault W, meanwhile |
final class TdpDirtyLog {
    private static final int BATCH = 64;

    /// Huge leaves that were split.
    final LongAdder splits = new LongAdder();

    private final TdpMmu mmu;
    private final boolean pml;
    private final RadixTable tables;
    private final SpteFormat format;

    TdpDirtyLog(TdpMmu mmu, boolean pml) {
        this.mmu = mmu;
        this.pml = pml;
        tables = mmu.tables;
        format = mmu.format;
    }

    /// `kvm_tdp_mmu_try_split_huge_pages`: down to 4 KiB, as far as there are tables left.
    void split(Cpu cpu, long start, long end) {
        inValidRoots(cpu, root -> splitRoot(cpu, root, start, end));
    }

    private void splitRoot(Cpu cpu, MmuRoot root, long start, long end) {
        TreeIter iter = new TreeIter(tables, BATCH);
        iter.start(root.table, RadixTable.LEVEL_2M, start, end);
        while (iter.next(cpu)) {
            if (mmu.letOthersIn(cpu, iter, false)) {
                continue;
            }
            if (!format.isLeaf(iter.old, iter.level)) {
                continue;
            }
            int table = tables.slab.tryAllocate(cpu, format.empty);
            if (table == TableSlab.FULL) {
                return;
            }
            cpu.charge(Cost.SPTE_TABLE_ALLOC);
            mmu.account.payAtOnce(cpu);
            mmu.account.use(cpu, 1);
            if (mmu.split.split(cpu, iter.words, iter.index, iter.level, iter.old, table)) {
                splits.increment();
            } else {
                mmu.freeTable(cpu, table);
            }
            iter.retry();
        }
    }

    /// What makes the next write to a leaf seen once it is taken. Only what hardware notes by pages
    /// of 4 KiB may keep W.
    private long seenWithout(long leaf, int level) {
        boolean noted = pml && level == RadixTable.LEVEL_4K && !format.needsWriteProtect(leaf);
        return noted ? format.dirty : SpteFormat.WRITE_BIT;
    }

    /// See [SecondaryMmu#unseenWriteLevel].
    int unseenWriteLevel(Cpu cpu, long gfn) {
        for (MmuRoot root : mmu.roots(cpu)) {
            long found = root.isInvalid(cpu) ? -1 : tables.leafAt(cpu, root.table, gfn);
            if (found >= 0) {
                long slot = RadixTable.slotOf(found);
                long leaf = cpu.load(tables.slab.slotWords(slot), tables.slab.slotIndex(slot));
                int level = RadixTable.levelOf(found);
                long bits = seenWithout(leaf, level) | SpteFormat.WRITE_BIT;
                return format.isPresent(leaf) && (leaf & bits) == bits ? level : 0;
            }
        }
        return 0;
    }

    /// `kvm_tdp_mmu_wrprot_slot`, `kvm_tdp_mmu_clear_dirty_slot`: leaves of every level lose W or
    /// D.
    void writeProtect(Cpu cpu, long start, long end) {
        inValidRoots(cpu, root -> writeProtectRoot(cpu, root, start, end));
    }

    private void writeProtectRoot(Cpu cpu, MmuRoot root, long start, long end) {
        TreeIter iter = new TreeIter(tables, BATCH);
        iter.start(root.table, RadixTable.LEVEL_4K, start, end);
        long paid = 0;
        while (iter.next(cpu)) {
            if (iter.scanned - paid >= tables.geometry.entries(RadixTable.LEVEL_4K)) {
                cpu.charge(Cost.SPTE_SCAN, iter.scanned - paid);
                paid = iter.scanned;
            }
            if (mmu.letOthersIn(cpu, iter, true) || !format.isLeaf(iter.old, iter.level)) {
                continue;
            }
            long bits = seenWithout(iter.old, iter.level);
            if ((iter.old & bits) == 0) {
                continue;
            }
            long update = iter.old & ~bits;
            if (Spte.setAtomic(cpu, format, iter.words, iter.index, iter.level, iter.old, update)) {
                mmu.invariants.changed(iter.old, update);
                mmu.marks.writeProtected(cpu, iter.old, iter.level);
            } else {
                iter.retry();
            }
        }
        cpu.charge(Cost.SPTE_SCAN, iter.scanned - paid);
    }

    /// `kvm_tdp_mmu_clear_dirty_pt_masked`: 4 KiB leaves of the pages `gfn + k`, for each bit k of
    /// `mask`, lose W or D. Huge leaves lose W and MMU-W: the next write to one has to split it.
    void clear(Cpu cpu, long gfn, long mask) {
        assert mmu.mmuLock.isHeldForWriteBy(cpu);
        inValidRoots(
                cpu,
                root -> {
                    cpu.step();
                    for (long left = mask; left != 0; left &= left - 1) {
                        clear(cpu, root, gfn + Long.numberOfTrailingZeros(left));
                    }
                });
        cpu.charge(Cost.SPTE_SCAN, Long.bitCount(mask));
    }

    private void inValidRoots(Cpu cpu, Consumer<MmuRoot> change) {
        mmu.rcu.readLock(cpu);
        for (MmuRoot root : mmu.roots(cpu)) {
            if (!root.isInvalidLocked(cpu)) {
                change.accept(root);
            }
        }
        mmu.rcu.readUnlock(cpu);
    }

    private void clear(Cpu cpu, MmuRoot root, long gfn) {
        long found = tables.leafAt(cpu, root.table, gfn);
        if (found < 0) {
            return;
        }
        int level = RadixTable.levelOf(found);
        long slot = RadixTable.slotOf(found);
        long[] words = tables.slab.slotWords(slot);
        int i = tables.slab.slotIndex(slot);
        long old = cpu.load(words, i);
        long bits = seenWithout(old, level);
        if (level > RadixTable.LEVEL_4K) {
            bits |= format.mmuWritable;
        }
        if (format.isLeaf(old, level) && (old & bits) != 0) {
            long was = mmu.spteSteps.clearBits(cpu, words, i, old, bits);
            mmu.invariants.changed(was, was & ~bits);
            mmu.marks.cleared(cpu, was, level);
        }
    }
}
