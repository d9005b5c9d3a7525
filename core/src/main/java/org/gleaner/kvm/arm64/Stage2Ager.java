package org.gleaner.kvm.arm64;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.pagetable.RadixTable;

/// Tests and clears access flags (`stage2_age_walker`), as [Stage2Aging] says. Under `mmu_lock`
/// write nobody else changes an entry but hardware, which leaves one alone whose flag is set, so
/// the old form may be stored plainly. Cleared on valid entries only: in an invalid one the same
/// bit is a lock, so who shares the tables must compare with what was valid in the same step.
///
/// A lost race is not tried again: whoever won has used the page, aged it or taken it away, and it
/// is reported young either way.
final class Stage2Ager {
    private final Stage2Mmu mmu;
    private final RadixTable tables;
    private final Stage2Format format;
    private final Stage2Steps steps;
    private final Stage2Aging how;

    Stage2Ager(Stage2Mmu mmu, Stage2Steps steps, Stage2Aging how) {
        this.mmu = mmu;
        this.steps = steps;
        this.how = how;
        tables = mmu.tables;
        format = mmu.format;
    }

    /// See [org.gleaner.kvm.mmu.SecondaryMmu#age].
    boolean age(Cpu cpu, MmuRoot root, long start, long end, long lastGfn, AgeQuery query) {
        assert how.isShared() || mmu.mmuLock.isHeldForWriteBy(cpu);
        mmu.invariants.visited(root, false);
        long pages = tables.geometry.pages(RadixTable.LEVEL_2M);
        boolean any = false;
        for (long gfn = start; gfn < end; ) {
            long next = Math.min(end, (gfn | pages - 1) + 1);
            any |= ageTable(cpu, root, gfn, (int) (next - gfn), lastGfn, query);
            gfn = next;
        }
        return any;
    }

    /// The pages of one level-1 table, or of a part of one block.
    private boolean ageTable(Cpu cpu, MmuRoot root, long gfn, int n, long lastGfn, AgeQuery query) {
        cpu.step();
        cpu.charge(Cost.MMU_AGE_GFN);
        long found = tables.leafAt(cpu, root.table, gfn);
        if (found < 0) {
            return false;
        }
        long slot = RadixTable.slotOf(found);
        long[] words = tables.slab.slotWords(slot);
        int first = tables.slab.slotIndex(slot);
        int level = RadixTable.levelOf(found);
        if (level > RadixTable.LEVEL_4K) {
            return ageEntry(cpu, words, first, level, gfn, n, lastGfn, query);
        }
        mmu.leafLines.read(cpu, slot);
        cpu.charge(Cost.SPTE_SCAN, n - 1);
        boolean any = false;
        for (int k = 0; k < n; k++) {
            any |= ageEntry(cpu, words, first + k, level, gfn + k, 1, lastGfn, query);
            if (any && query.endsAtFirst()) {
                break;
            }
        }
        return any;
    }

    /// One leaf, which maps `n` of the pages asked for: they are young together, and it is cleared
    /// if any of them may be. One that has become a table meanwhile has nothing to say.
    private boolean ageEntry(
            Cpu cpu,
            long[] words,
            int i,
            int level,
            long gfn,
            int n,
            long lastGfn,
            AgeQuery query) {
        cpu.only(MemoryOrder.DEPENDENT);
        long old = cpu.load(words, i);
        Invariants.readable(old);
        if (format.isTable(old, level) || !steps.isYoung(format, old)) {
            return false;
        }
        boolean may = false;
        for (int k = 0; k < n; k++) {
            int bit = steps.bit(lastGfn, steps.reported(tables.geometry, gfn + k, level));
            query.found(bit);
            may |= query.allows(bit, steps.assumesPredicate());
        }
        if (may && steps.ageClears(query.clear())) {
            long update = format.old(old);
            if (steps.age(cpu, words, i, old, update, how.compares())) {
                mmu.invariants.changed(old, update);
            }
            cpu.charge(Cost.LINE_LOCAL_RMW);
        }
        return true;
    }
}
