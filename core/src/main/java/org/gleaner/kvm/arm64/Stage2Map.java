package org.gleaner.kvm.arm64;

import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;

/// How a fault installs its page (`kvm_pgtable_stage2_map`, and `_relax_perms` where only rights
/// are missing), under `mmu_lock` read, inside an RCU read section.
///
/// | on the way down, above the goal | the fault |
/// |---|---|
/// | a table | goes on in it |
/// | nothing, or a block | breaks it and makes a table of nothing: the rest of a block faults again |
/// | a locked entry | lets the guest fault again |
///
/// | at the goal | the fault |
/// |---|---|
/// | a leaf of the page that permits the access, or any if it comes ahead of one | has nothing to do |
/// | a leaf of the page that permits less | adds the rights, by compare-and-swap |
/// | nothing, or another page | breaks and makes |
/// | a table | breaks it, makes the block, and frees what was below after a grace period |
final class Stage2Map {
    private final Stage2Mmu mmu;
    private final RadixTable tables;
    private final Stage2Format format;
    private final Geometry geometry;
    private final BreakBeforeMake entry;

    Stage2Map(Stage2Mmu mmu) {
        this.mmu = mmu;
        tables = mmu.tables;
        format = mmu.format;
        geometry = tables.geometry;
        entry = new BreakBeforeMake(mmu);
    }

    int map(Cpu cpu, MmuRoot root, TableCache spare, Fault fault) {
        int table = root.table;
        for (int level = geometry.levels; ; level--) {
            long[] words = tables.slab.words(table);
            int i = tables.slab.base(table) + geometry.index(fault.gfn, level);
            cpu.only(MemoryOrder.DEPENDENT);
            long old = cpu.load(words, i);
            Invariants.readable(old);
            if (format.isLocked(old)) {
                return RetPf.RETRY;
            }
            if (level == fault.level) {
                return install(cpu, table, words, i, old, fault);
            }
            if (format.isTable(old, level)) {
                table = format.table(old);
                continue;
            }
            if (!entry.tryBreak(cpu, table, words, i, level, old)) {
                return RetPf.RETRY;
            }
            int child = spare.take(cpu);
            mmu.stage2Steps.takes(cpu, tables.slab, child);
            entry.make(cpu, table, words, i, format.makeTable(child));
            table = child;
        }
    }

    private int install(Cpu cpu, int table, long[] words, int i, long old, Fault fault) {
        int level = fault.level;
        long pfn = geometry.alignDown(fault.pfn, level);
        long leaf = format.makeLeaf(pfn, level, fault.mapWritable);
        if (format.isLeaf(old, level) && format.pfn(old) == pfn) {
            return relax(cpu, words, i, old, leaf, fault);
        }
        boolean replaces = format.isTable(old, level);
        if (!entry.tryBreak(cpu, table, words, i, level, old)) {
            return RetPf.RETRY;
        }
        if (replaces) {
            mmu.unmapper.detach(cpu, format.table(old), level - 1);
        }
        mmu.invariants.installed(pfn, level);
        mmu.invariants.epochs.installs(geometry.alignDown(fault.gfn, level), pfn, level);
        leaf = fault.prefetch ? format.old(leaf) : leaf;
        entry.make(cpu, table, words, i, leaf);
        mmu.invariants.changed(format.empty, leaf);
        return RetPf.FIXED;
    }

    private int relax(Cpu cpu, long[] words, int i, long old, long leaf, Fault fault) {
        int access = fault.write ? EntryFormat.WRITE : EntryFormat.READ;
        if (fault.prefetch || format.permits(old, access)) {
            return RetPf.SPURIOUS;
        }
        long update = format.relaxed(old, leaf);
        // what this CPU has cached without the right goes, whoever has given it
        mmu.localFlushes.increment();
        if (!cpu.cas(words, i, old, update)) {
            return RetPf.RETRY;
        }
        mmu.invariants.changed(old, update);
        return RetPf.FIXED;
    }
}
