package org.gleaner.kvm.x86;

import org.gleaner.kvm.mmu.DirtyBitmap;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.RadixTable;

/// How a fault installs its page (`kvm_tdp_mmu_map`), at the level it was given. Under `mmu_lock`
/// in either mode, inside an RCU read section.
///
/// | on the way down, above the goal | the fault |
/// |---|---|
/// | a table | goes on in it |
/// | nothing | links an empty table |
/// | a huge leaf | splits it ([TdpSplit]) and goes on |
/// | a frozen entry | lets the guest fault again |
///
/// | at the goal | the fault |
/// |---|---|
/// | a leaf that permits the access, or any if it comes ahead of one | has nothing to do |
/// | a leaf that permits less, or nothing | installs its leaf |
/// | a table, which a huge leaf is to replace | installs, takes the subtree out, and flushes |
/// | a frozen entry | lets the guest fault again |
///
/// Each change is one compare-and-swap from what was read; who loses it lets the guest fault again.
///
/// The flush comes before the RCU section ends: a guest may have remembered a table of the subtree,
/// and walks without a read section of its own, so it must be out before the tables can be freed.
final class TdpMap {
    private final TdpMmu mmu;
    private final RadixTable tables;
    private final SpteFormat format;
    private final Invariants invariants;

    TdpMap(TdpMmu mmu) {
        this.mmu = mmu;
        tables = mmu.tables;
        format = mmu.format;
        invariants = mmu.invariants;
    }

    int map(Cpu cpu, MmuRoot root, TableCache spare, Fault fault) {
        int table = root.table;
        for (int level = tables.geometry.levels; ; level--) {
            long[] words = tables.slab.words(table);
            int i = tables.slab.base(table) + tables.geometry.index(fault.gfn, level);
            long old = cpu.load(words, i);
            Invariants.readable(old);
            if (format.isFrozen(old)) {
                return RetPf.RETRY;
            }
            if (level == fault.level) {
                return install(cpu, words, i, old, fault);
            }
            if (format.isTable(old, level)) {
                table = format.table(old);
                continue;
            }
            int child = spare.take(cpu);
            if (!link(cpu, spare, words, i, level, old, child)) {
                return RetPf.RETRY;
            }
            table = child;
        }
    }

    /// Puts `child` where no table is: an empty one in the place of nothing, one of 512 copies in
    /// that of a huge leaf.
    private boolean link(
            Cpu cpu, TableCache spare, long[] words, int i, int level, long old, int child) {
        if (format.isPresent(old)) {
            boolean done = mmu.split.split(cpu, words, i, level, old, child);
            if (!done) {
                mmu.freeTable(cpu, child);
            }
            return done;
        }
        boolean done = Spte.setAtomic(cpu, format, words, i, level, old, format.makeTable(child));
        if (!done) {
            spare.giveBack(cpu, child);
        }
        return done;
    }

    /// `tdp_mmu_map_handle_target_level`.
    private int install(Cpu cpu, long[] words, int i, long old, Fault fault) {
        int level = fault.level;
        int access = fault.write ? EntryFormat.WRITE : EntryFormat.READ;
        long pfn = tables.geometry.alignDown(fault.pfn, level);
        boolean isLeaf = format.isLeaf(old, level);
        if (isLeaf && (fault.prefetch || format.permits(old, access))) {
            assert format.pfn(old) == pfn : "gfn " + fault.gfn + " maps another page than the host";
            return RetPf.SPURIOUS;
        }
        boolean writable = fault.mapWritable || !mmu.steps.keepsReadOnly();
        int flags = writable ? SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE : 0;
        flags |= fault.prefetch ? SpteFormat.PREFETCH : 0;
        long leaf = format.makeLeaf(pfn, level, flags);
        SpteInvariants.installed(format, leaf, fault);
        if (leaf == old) {
            return RetPf.SPURIOUS;
        }
        if (isLeaf && format.isHostWritable(old) != fault.mapWritable) {
            // Host-writable never changes on a present leaf: take the old one away first. It
            // allowed less, so no cached translation has to be flushed.
            if (!Spte.setAtomic(cpu, format, words, i, level, old, format.empty)) {
                return RetPf.RETRY;
            }
            invariants.changed(old, format.empty);
            invariants.zapped(cpu, old, level);
            old = format.empty;
            isLeaf = false;
        }
        invariants.epochs.installs(tables.geometry.alignDown(fault.gfn, level), pfn, level);
        if (!isLeaf) {
            invariants.installed(pfn, level);
        }
        DirtyBitmap log = fault.log;
        if (log != null && fault.mapWritable) {
            log.mark(cpu, fault.gfn);
        }
        if (!Spte.setAtomic(cpu, format, words, i, level, old, leaf)) {
            if (!isLeaf) {
                invariants.zapped(cpu, format.makeLeaf(pfn, level, 0), level);
            }
            return RetPf.RETRY;
        }
        invariants.changed(isLeaf ? old : format.empty, leaf);
        if (!isLeaf) {
            mmu.countsLeaf(cpu);
        }
        if (format.isTable(old, level)) {
            replaced(cpu, old, level);
        }
        return RetPf.FIXED;
    }

    /// A huge leaf has taken the place of a table.
    private void replaced(Cpu cpu, long table, int level) {
        invariants.zapBegins();
        mmu.zapper.remove(cpu, table, level);
        if (mmu.spteSteps.flushesAfterReplace()) {
            mmu.remote.flush(cpu);
        }
        invariants.zapFlushed();
    }
}
