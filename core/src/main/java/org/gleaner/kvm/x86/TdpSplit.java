package org.gleaner.kvm.x86;

import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.RadixTable;

/// Turns a huge leaf into a table of 512 leaves that together are it (`tdp_mmu_split_huge_page`).
///
/// The table is filled while nobody can see it, with copies that keep A, D, W and the tracked form,
/// and linked by one compare-and-swap from the leaf they were made of. An ager, the page walker,
/// the fast fault or a zap that changes the leaf in between makes that fail: so no A or D is lost,
/// and none comes back. Old and new translate alike, so no flush is owed; what a guest has cached
/// of the leaf stays true until the zap of a copy, which flushes.
///
/// For holders of `mmu_lock` in either mode, inside an RCU read section.
final class TdpSplit {
    private final RadixTable tables;
    private final SpteFormat format;
    private final SpteSteps steps;
    private final Invariants invariants;

    TdpSplit(RadixTable tables, SpteFormat format, SpteSteps steps, Invariants invariants) {
        this.tables = tables;
        this.format = format;
        this.steps = steps;
        this.invariants = invariants;
    }

    /// Splits the leaf `huge`, read from `words[i]`, an entry of `level`.
    ///
    /// @param table of the caller, with no content that matters; linked if this succeeds, still the
    ///     caller's if not
    /// @return whether the entry still was `huge`; if not it is as somebody else made it, and the
    ///     content of `table` is undefined
    boolean split(Cpu cpu, long[] words, int i, int level, long huge, int table) {
        assert format.isLeaf(huge, level) && level > RadixTable.LEVEL_4K;
        boolean first = steps.fillsBeforeLink();
        if (first) {
            fill(cpu, huge, level - 1, table);
        }
        if (!Spte.setAtomic(cpu, format, words, i, level, huge, format.makeTable(table))) {
            return false;
        }
        invariants.split(huge, tables.geometry.entries(RadixTable.LEVEL_4K));
        if (!first) {
            fill(cpu, huge, level - 1, table);
        }
        return true;
    }

    private void fill(Cpu cpu, long huge, int childLevel, int table) {
        long[] words = tables.slab.words(table);
        int base = tables.slab.base(table);
        cpu.writes(words, base, tables.geometry.entries(RadixTable.LEVEL_4K));
        for (int k = 0; k < tables.geometry.entries(RadixTable.LEVEL_4K); k++) {
            long small = steps.smallFromHuge(format, huge, childLevel, k);
            SpteInvariants.split(format, huge, small);
            words[base + k] = small;
        }
        cpu.charge(Cost.SPTE_SCAN, tables.geometry.entries(RadixTable.LEVEL_4K));
    }
}
