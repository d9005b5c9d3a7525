package org.gleaner.kvm.x86;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.PreservedAccessed;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.RadixTable;

/// Testing and clearing accessed bits (`kvm_tdp_mmu_age_gfn_range`), for every design.
///
/// One primitive with two optional bitmaps serves them all; the API generations are adapters over
/// it. It may run under `mmu_lock` write, or under no lock at all: an RCU read section around the
/// whole loop over roots keeps every table it can reach, and each entry is changed by one
/// compare-and-swap from the leaf that was read. A lost race is not tried again: whoever won has
/// used the page, aged it or zapped it, and the page is reported young either way. No flush, no
/// wait, no allocation.
///
/// Where zaps preserve A ([PreservedAccessed]), entries that are not present are looked at as well,
/// also in the place of a huge leaf; entries that point to tables never are: hardware sets their A
/// on every walk.
///
/// Entries are looked at a table at a time. One ordered step comes before each table, and the
/// entries are then read as they are; each change is a step of its own.
final class TdpAger {
    private final TdpMmu mmu;
    private final RadixTable tables;
    private final SpteFormat format;
    private final SpteSteps steps;
    private final boolean findsKept;

    TdpAger(TdpMmu mmu) {
        this.mmu = mmu;
        tables = mmu.tables;
        format = mmu.format;
        steps = mmu.spteSteps;
        findsKept = mmu.preserved != PreservedAccessed.OFF;
    }

    /// See [org.gleaner.kvm.mmu.SecondaryMmu#age].
    boolean age(Cpu cpu, long start, long end, long lastGfn, AgeQuery query, boolean locked) {
        boolean any = false;
        if (steps.agesInRcu()) {
            mmu.rcu.readLock(cpu);
        }
        for (MmuRoot root : mmu.roots(cpu)) {
            boolean invalid = root.isInvalid(cpu);
            if (invalid && steps.skipsInvalidRoots()) {
                continue;
            }
            mmu.invariants.visited(root, invalid);
            for (long gfn = start; gfn < end; ) {
                long next =
                        Math.min(end, (gfn | tables.geometry.entries(RadixTable.LEVEL_4K) - 1) + 1);
                any |= ageTable(cpu, root, gfn, (int) (next - gfn), lastGfn, query, locked);
                gfn = next;
            }
        }
        if (steps.agesInRcu()) {
            mmu.rcu.readUnlock(cpu);
        }
        return any;
    }

    private boolean ageTable(
            Cpu cpu, MmuRoot root, long gfn, int n, long lastGfn, AgeQuery query, boolean locked) {
        cpu.step();
        long slot =
                findsKept
                        ? tables.placeAt(cpu, root.table, gfn)
                        : tables.leafAt(cpu, root.table, gfn);
        if (slot < 0) {
            cpu.charge(Cost.MMU_AGE_GFN);
            return false;
        }
        if (RadixTable.levelOf(slot) > RadixTable.LEVEL_4K) {
            return ageHuge(cpu, root, slot, gfn, n, lastGfn, query, locked);
        }
        long[] words = tables.slab.slotWords(slot);
        int first = tables.slab.slotIndex(slot);
        boolean any = false;
        int cleared = 0;
        for (int k = 0; k < n; k++) {
            long old = cpu.peek(words, first + k);
            Invariants.readable(old);
            if (!isYoung(old)) {
                continue;
            }
            any = true;
            int bit = steps.bit(lastGfn, gfn + k);
            query.found(bit);
            if (steps.ageClears(query.clear()) && query.allows(bit, steps.assumesPredicate())) {
                age(cpu, words, first + k, old, RadixTable.LEVEL_4K, query.clear(), locked);
                cleared++;
            } else if (query.endsAtFirst()) {
                break;
            }
        }
        mmu.leafLines.read(cpu, slot);
        cpu.charge(Cost.MMU_AGE_GFN);
        cpu.charge(Cost.SPTE_SCAN, n - 1);
        cpu.charge(Cost.LINE_LOCAL_RMW, cleared);
        return any;
    }

    /// One huge leaf maps all pages of `[gfn, gfn + n)`: they are young together, and it is cleared
    /// if any of them may be. If it has been split since it was found, the pages are looked for
    /// again.
    private boolean ageHuge(
            Cpu cpu,
            MmuRoot root,
            long found,
            long gfn,
            int n,
            long lastGfn,
            AgeQuery query,
            boolean locked) {
        long slot = RadixTable.slotOf(found);
        long[] words = tables.slab.slotWords(slot);
        int i = tables.slab.slotIndex(slot);
        long old = cpu.peek(words, i);
        Invariants.readable(old);
        if (format.isTable(old, RadixTable.levelOf(found))) {
            return ageTable(cpu, root, gfn, n, lastGfn, query, locked);
        }
        cpu.charge(Cost.MMU_AGE_GFN);
        if (!isYoung(old)) {
            return false;
        }
        boolean may = false;
        for (int k = 0; k < n; k++) {
            int bit = steps.bit(lastGfn, gfn + k);
            query.found(bit);
            may |= query.allows(bit, steps.assumesPredicate());
        }
        if (may && steps.ageClears(query.clear())) {
            age(cpu, words, i, old, RadixTable.levelOf(found), query.clear(), locked);
            cpu.charge(Cost.LINE_LOCAL_RMW);
        }
        return true;
    }

    private boolean isYoung(long entry) {
        return format.isPresent(entry)
                ? format.isAccessed(entry)
                : findsKept && steps.isKeptYoung(format, entry);
    }

    private void age(
            Cpu cpu, long[] words, int i, long old, int level, boolean clear, boolean locked) {
        if (!format.isPresent(old)) {
            steps.age(cpu, format, words, i, old, old & ~format.accessed);
            return;
        }
        long update = steps.old(format, old);
        SpteInvariants.aged(format, old, update, clear);
        if (steps.age(cpu, format, words, i, old, update)) {
            mmu.invariants.changed(old, update);
            if (locked) {
                mmu.marks.aged(cpu, old, level);
            }
        }
    }
}
