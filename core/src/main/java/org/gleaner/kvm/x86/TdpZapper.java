package org.gleaner.kvm.x86;

import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.PreservedAccessed;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TreeIter;

/// Taking entries and tables out of the second stage; see [TdpMmu] for who may be running
/// meanwhile.
///
/// | path | `mmu_lock` | takes | flush |
/// |---|---|---|---|
/// | [#zapLeafs] | write | leaves; tables stay linked | the caller's, under the lock |
/// | [#zapRoot] | read or write | everything, level by level | none: no vCPU can use the root |
/// | [#remove] | read or write | one subtree, unlinked already | the caller's, in its RCU section |
///
/// Every entry is taken by an exchange; see [Spte].
final class TdpZapper {
    /// Entries a walk over a whole tree reads at one step.
    private static final int BATCH = 64;

    private final TdpMmu mmu;
    private final RadixTable tables;
    private final SpteFormat format;
    private final Invariants invariants;
    private final Rcu.Callback freeTable;

    TdpZapper(TdpMmu mmu) {
        this.mmu = mmu;
        tables = mmu.tables;
        format = mmu.format;
        invariants = mmu.invariants;
        freeTable = (cpu, table) -> free(cpu, (int) table);
    }

    /// `kvm_tdp_mmu_unmap_gfn_range`: takes all leaves of `[start, end)` out of every root, invalid
    /// ones included. Under `mmu_lock` write. Returns whether there were any. Where the pages stay,
    /// their A may stay too ([PreservedAccessed]); it is not counted.
    boolean zapLeafs(Cpu cpu, long start, long end, ZapCause cause) {
        assert mmu.mmuLock.isHeldForWriteBy(cpu);
        boolean any = false;
        mmu.rcu.readLock(cpu);
        for (MmuRoot root : mmu.roots(cpu)) {
            for (long gfn = start; gfn < end; ) {
                long next =
                        Math.min(end, (gfn | tables.geometry.entries(RadixTable.LEVEL_4K) - 1) + 1);
                any |= zapInTable(cpu, root, gfn, (int) (next - gfn), cause);
                gfn = next;
            }
        }
        mmu.rcu.readUnlock(cpu);
        return any;
    }

    private boolean zapInTable(Cpu cpu, MmuRoot root, long gfn, int n, ZapCause cause) {
        boolean gone = cause == ZapCause.GONE;
        boolean keeps = mmu.preserved != PreservedAccessed.OFF && !gone;
        boolean forgets = mmu.preserved == PreservedAccessed.STRICT && gone;
        cpu.step();
        long found =
                forgets
                        ? tables.placeAt(cpu, root.table, gfn)
                        : tables.leafAt(cpu, root.table, gfn);
        if (found < 0) {
            cpu.charge(Cost.MMU_AGE_GFN);
            return false;
        }
        int level = RadixTable.levelOf(found);
        long slot = RadixTable.slotOf(found);
        long[] words = tables.slab.slotWords(slot);
        int first = tables.slab.slotIndex(slot);
        int entries = level == RadixTable.LEVEL_4K ? n : 1;
        boolean any = false;
        for (int i = first; i < first + entries; i++) {
            long old = cpu.load(words, i);
            if (format.isLeaf(old, level)) {
                take(cpu, words, i, level, old, keeps);
                any = true;
            } else if (forgets && format.isKept(old)) {
                cpu.cas(words, i, old, format.empty);
            }
        }
        mmu.leafLines.read(cpu, slot);
        cpu.charge(Cost.MMU_AGE_GFN);
        cpu.charge(Cost.SPTE_SCAN, entries - 1);
        return any;
    }

    /// What hardware or an ager has done to A since the leaf was looked at is made good afterwards;
    /// a walk or an ager in between sees what was known before.
    private void take(Cpu cpu, long[] words, int i, int level, long old, boolean keeps) {
        long left = keeps ? format.kept(old) : format.empty;
        long leaf = mmu.spteSteps.take(cpu, format, words, i, level, old, left);
        if (keeps && format.kept(leaf) != left) {
            cpu.cas(words, i, left, format.kept(leaf));
        }
        zapped(cpu, leaf, level);
    }

    /// A leaf is gone (`handle_changed_spte`).
    private void zapped(Cpu cpu, long leaf, int level) {
        mmu.countsLeaf(cpu);
        invariants.changed(leaf, format.empty);
        invariants.zapped(cpu, leaf, level);
        mmu.marks.zapped(cpu, leaf, level);
    }

    /// `tdp_mmu_zap_root`: empties a tree in four passes, level by level. Under `mmu_lock` in the
    /// mode that `shared` says (read if true); may drop and take the read lock again in between.
    void zapRoot(Cpu cpu, MmuRoot root, boolean shared) {
        TreeIter iter = new TreeIter(tables, BATCH);
        mmu.rcu.readLock(cpu);
        for (int level = RadixTable.LEVEL_4K; level <= tables.geometry.levels; level++) {
            iter.start(root.table, level, 0, tables.geometry.keys);
            zapLevel(cpu, iter, level, shared);
        }
        mmu.rcu.readUnlock(cpu);
    }

    private void zapLevel(Cpu cpu, TreeIter iter, int level, boolean shared) {
        long paid = 0;
        long zapped = 0;
        while (iter.next(cpu)) {
            if (iter.scanned - paid >= tables.geometry.entries(RadixTable.LEVEL_4K)) {
                pay(cpu, iter.scanned - paid, zapped);
                paid = iter.scanned;
                zapped = 0;
            }
            if (shared && iter.mayYield() && cpu.yieldsIf(mmu.mmuLock.isContended())) {
                mmu.letGo(cpu, iter);
                continue;
            }
            if (iter.level != level || !format.isPresent(iter.old)) {
                continue;
            }
            if (!shared) {
                gone(cpu, takeHere(cpu, iter), level, false);
            } else if (Spte.setAtomic(
                    cpu, format, iter.words, iter.index, level, iter.old, format.empty)) {
                gone(cpu, iter.old, level, true);
            } else {
                iter.retry();
                continue;
            }
            zapped++;
        }
        pay(cpu, iter.scanned - paid, zapped);
    }

    private long takeHere(Cpu cpu, TreeIter iter) {
        return Spte.setExclusive(
                cpu, format, iter.words, iter.index, iter.level, iter.old, format.empty);
    }

    /// Pays for a stretch of a walk at once, so that its steps do not yield one by one.
    private static void pay(Cpu cpu, long scanned, long zapped) {
        cpu.charge(Cost.SPTE_SCAN, scanned);
        cpu.charge(Cost.LINE_LOCAL_RMW, zapped);
    }

    /// The table that `entry`, of `level`, points to was replaced by something else: takes out all
    /// that is below it.
    void remove(Cpu cpu, long entry, int level) {
        gone(cpu, entry, level, true);
    }

    private void gone(Cpu cpu, long old, int level, boolean shared) {
        if (format.isTable(old, level)) {
            tables.unlinked();
            mmu.unlinkEpoch.incrementAndGet();
            removeTable(cpu, format.table(old), level - 1, shared);
        } else {
            zapped(cpu, old, level);
        }
    }

    /// `handle_removed_pt`: freezes the entries of a table that was just taken out, and all tables
    /// below it, and frees each after a grace period. A fault that still stands in one finds
    /// nothing it may change.
    private void removeTable(Cpu cpu, int table, int level, boolean shared) {
        long[] words = tables.slab.words(table);
        int base = tables.slab.base(table);
        int end = base + tables.geometry.entries(RadixTable.LEVEL_4K);
        for (int i = base; i < end; i++) {
            i += cpu.swapRun(words, i, end - i, format.empty, format.frozen);
            if (i == end) {
                break;
            }
            long old;
            if (shared) {
                old = Spte.freezeShared(cpu, format, words, i);
            } else if (format.isPresent(cpu.load(words, i))) {
                old = Spte.freezeExclusive(cpu, format, words, i);
            } else {
                continue;
            }
            if (format.isPresent(old)) {
                gone(cpu, old, level, shared);
            }
        }
        cpu.charge(Cost.SPTE_SCAN, tables.geometry.entries(RadixTable.LEVEL_4K));
        if (mmu.steps.waitsForReaders()) {
            mmu.rcu.call(cpu, freeTable, table);
        } else {
            free(cpu, table);
        }
    }

    private void free(Cpu cpu, int table) {
        SpteInvariants.detached(format, tables.slab.words(table), tables.slab.base(table));
        mmu.freeTable(cpu, table);
    }

    /// Fails if a leaf of `[start, end)` is present in any root; for checks.
    ///
    /// After the zap, a huge leaf that reaches beyond the range may be there: it came with a fault
    /// on a page beside the range, which saw under `mmu_lock` that the host's own leaf is still as
    /// large. Before the host changes a part of that it splits it, and invalidates all of it.
    ///
    /// @param later others have had the lock since the zap
    void checkAbsent(Cpu cpu, long start, long end, boolean later) {
        // mmu_lock does not keep a root whose last user is gone
        mmu.rcu.readLock(cpu);
        try {
            for (MmuRoot root : mmu.roots(cpu)) {
                checkAbsent(cpu, root, start, end, later);
            }
        } finally {
            mmu.rcu.readUnlock(cpu);
        }
    }

    private void checkAbsent(Cpu cpu, MmuRoot root, long start, long end, boolean later) {
        for (long gfn = start; gfn < end; gfn++) {
            long found = tables.leafAt(cpu, root.table, gfn);
            if (found < 0) {
                continue;
            }
            int level = RadixTable.levelOf(found);
            long first = tables.geometry.alignDown(gfn, level);
            if (!later || first >= start && first + tables.geometry.pages(level) <= end) {
                long slot = RadixTable.slotOf(found);
                long leaf = cpu.peek(tables.slab.slotWords(slot), tables.slab.slotIndex(slot));
                invariants.absent(leaf, gfn, later);
            }
        }
    }
}
