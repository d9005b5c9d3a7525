package org.gleaner.kvm.x86;

import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TreeIter;

/// What follows the end of a dirty log: small leaves become huge again where the host has a huge
/// one. Under `mmu_lock` read, in the three forms of [LogEnd].
///
/// A table is recovered by one compare-and-swap of the entry that points to it, against a huge leaf
/// made from the first present leaf below; so what is translated stays the same. The flush that it
/// owes comes before the RCU section ends, as that of [TdpMap].
final class TdpRecovery {
    /// Tables that gave way.
    final LongAdder recovered = new LongAdder();

    private final TdpMmu mmu;
    private final RadixTable tables;
    private final SpteFormat format;

    TdpRecovery(TdpMmu mmu) {
        this.mmu = mmu;
        tables = mmu.tables;
        format = mmu.format;
    }

    void recover(Cpu cpu, long start, long end, LogEnd how, SecondaryMmu.LevelOf levels) {
        mmu.rcu.readLock(cpu);
        mmu.invariants.zapBegins();
        boolean owed = false;
        for (MmuRoot root : mmu.roots(cpu)) {
            if (!root.isInvalidLocked(cpu)) {
                owed |= recoverRoot(cpu, root, start, end, how, levels);
            }
        }
        if (owed && mmu.spteSteps.flushesAfterRecovery()) {
            mmu.remote.flush(cpu);
        }
        mmu.invariants.zapFlushed();
        mmu.rcu.readUnlock(cpu);
    }

    private boolean recoverRoot(
            Cpu cpu, MmuRoot root, long start, long end, LogEnd how, SecondaryMmu.LevelOf levels) {
        TreeIter iter = new TreeIter(tables);
        TreeIter below = new TreeIter(tables);
        iter.start(root.table, RadixTable.LEVEL_2M, start, end);
        boolean owed = false;
        while (iter.next(cpu)) {
            if (mmu.letOthersIn(cpu, iter, owed)) {
                owed = false;
                continue;
            }
            int level = iter.level;
            if (level > RadixTable.LEVEL_1G
                    || !format.isTable(iter.old, level)
                    || levels.most(cpu, Math.max(iter.key, start)) < level) {
                continue;
            }
            long leaf = firstLeaf(cpu, iter, level, below);
            if (leaf == format.empty) {
                continue;
            }
            if (!replace(cpu, iter, leaf, how)) {
                iter.retry();
            } else if (how == LogEnd.ZAP_AND_FLUSH_EACH) {
                mmu.remote.flush(cpu);
            } else {
                owed = true;
            }
        }
        return owed;
    }

    /// The huge leaf that the first present leaf below the entry belongs to; empty if there is
    /// none.
    private long firstLeaf(Cpu cpu, TreeIter at, int level, TreeIter below) {
        long end = at.key + tables.geometry.pages(level);
        below.start(format.table(at.old), level - 1, RadixTable.LEVEL_4K, at.key, end);
        boolean any = below.nextLeaf(cpu);
        cpu.charge(Cost.SPTE_SCAN, below.scanned);
        if (!any) {
            return format.empty;
        }
        long pfn = mmu.spteSteps.recoveredPfn(format.pfn(below.old), level);
        int flags = 0;
        if (format.isHostWritable(below.old)) {
            flags = SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE;
        }
        return format.makeLeaf(pfn, level, flags);
    }

    /// L7 of every leaf below the entry.
    private void checkSame(Cpu cpu, TreeIter at, long huge) {
        if (!Invariants.ARMED) {
            return;
        }
        TreeIter below = new TreeIter(tables, tables.geometry.entries(at.level - 1));
        long end = at.key + tables.geometry.pages(at.level);
        below.start(format.table(at.old), at.level - 1, RadixTable.LEVEL_4K, at.key, end);
        while (below.nextLeaf(cpu)) {
            SpteInvariants.recovered(format, huge, below.key - at.key, below.old);
        }
    }

    private boolean replace(Cpu cpu, TreeIter at, long huge, LogEnd how) {
        boolean inPlace = how == LogEnd.RECOVER;
        long update = inPlace ? huge : format.empty;
        long pfn = format.pfn(huge);
        if (inPlace) {
            checkSame(cpu, at, huge);
            mmu.invariants.installed(pfn, at.level);
            mmu.invariants.epochs.installs(at.key, pfn, at.level);
        }
        if (!Spte.setAtomic(cpu, format, at.words, at.index, at.level, at.old, update)) {
            if (inPlace) {
                mmu.invariants.zapped(cpu, format.makeLeaf(pfn, at.level, 0), at.level);
            }
            return false;
        }
        if (inPlace) {
            mmu.invariants.changed(format.empty, huge);
            if (format.isWritable(huge)) {
                // the folio was marked when the leaf below was installed
                mmu.invariants.dirtied(cpu, (int) pfn, at.level);
            }
        }
        mmu.zapper.remove(cpu, at.old, at.level);
        recovered.increment();
        return true;
    }
}
