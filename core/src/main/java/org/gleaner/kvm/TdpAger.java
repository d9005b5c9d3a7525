package org.gleaner.kvm;

import static java.util.Objects.requireNonNull;

import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.YoungBitmapLayout;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.jspecify.annotations.Nullable;

/// Testing and clearing accessed bits (`kvm_tdp_mmu_age_gfn_range`), for every design.
///
/// One primitive with two optional bitmaps serves them all; the API generations are adapters over
/// it. It may run under `mmu_lock` write, or under no lock at all: an RCU read section around the
/// whole loop over roots keeps every table it can reach, and each entry is changed by one
/// compare-and-swap from the leaf that was read. A lost race is not tried again: whoever won has
/// used the page, aged it or zapped it, and the page is reported young either way. No flush, no
/// wait, no allocation.
///
/// Entries are looked at a table at a time. One ordered step comes before each table, and the
/// entries are then read as they are; each change is a step of its own.
final class TdpAger {
    private final TdpMmu mmu;
    private final RadixTable tables;
    private final SpteFormat format;
    private final ProtocolSteps steps;

    TdpAger(TdpMmu mmu) {
        this.mmu = mmu;
        tables = mmu.tables;
        format = mmu.format;
        steps = mmu.steps;
    }

    /// Tests, or tests and clears, the leaves of `[start, end)` in all valid roots.
    ///
    /// @param young out: gets the bit of each young page; may be null
    /// @param predicate in: the pages that may be cleared; null means all
    /// @param lastGfn the page whose bit is 0, not before `end - 1`
    /// @return whether any leaf was young; a test without `young` may stop at the first
    boolean age(
            Cpu cpu,
            long start,
            long end,
            boolean clear,
            long @Nullable [] young,
            long @Nullable [] predicate,
            long lastGfn) {
        boolean any = false;
        if (steps.agesInRcu()) {
            mmu.rcu.readLock(cpu);
        }
        for (TdpRoot root : mmu.roots(cpu)) {
            boolean invalid = root.isInvalid(cpu);
            if (invalid && steps.skipsInvalidRoots()) {
                continue;
            }
            mmu.invariants.visited(root, invalid);
            for (long gfn = start; gfn < end; ) {
                long next = Math.min(end, (gfn | TableSlab.ENTRIES - 1) + 1);
                int n = (int) (next - gfn);
                any |= ageTable(cpu, root, gfn, n, clear, young, predicate, lastGfn);
                gfn = next;
            }
        }
        if (steps.agesInRcu()) {
            mmu.rcu.readUnlock(cpu);
        }
        return any;
    }

    private boolean ageTable(
            Cpu cpu,
            TdpRoot root,
            long gfn,
            int n,
            boolean clear,
            long @Nullable [] young,
            long @Nullable [] predicate,
            long lastGfn) {
        cpu.step();
        long slot = tables.leafSlot(cpu, root.table, gfn);
        if (slot < 0) {
            cpu.charge(Cost.MMU_AGE_GFN);
            return false;
        }
        long[] words = tables.slab.slotWords(slot);
        int first = TableSlab.slotIndex(slot);
        boolean any = false;
        int cleared = 0;
        for (int k = 0; k < n; k++) {
            long old = cpu.peek(words, first + k);
            Invariants.readable(old);
            if (!format.isPresent(old) || !format.isAccessed(old)) {
                continue;
            }
            any = true;
            int bit = steps.bit(lastGfn, gfn + k);
            if (young != null) {
                Invariants.bitInRange(bit, young.length);
                YoungBitmapLayout.set(young, bit);
            }
            if (steps.ageClears(clear) && allows(predicate, bit)) {
                age(cpu, words, first + k, old, clear);
                cleared++;
            } else if (young == null && !clear) {
                break;
            }
        }
        cpu.charge(Cost.MMU_AGE_GFN);
        cpu.charge(Cost.SPTE_SCAN, n - 1);
        cpu.charge(Cost.LINE_LOCAL_RMW, cleared);
        return any;
    }

    private boolean allows(long @Nullable [] predicate, int bit) {
        if (predicate == null && !steps.assumesPredicate()) {
            return true;
        }
        requireNonNull(predicate, "a predicate");
        Invariants.bitInRange(bit, predicate.length);
        return YoungBitmapLayout.get(predicate, bit);
    }

    private void age(Cpu cpu, long[] words, int i, long old, boolean clear) {
        long update = steps.old(format, old);
        mmu.invariants.aged(old, update, clear);
        if (steps.age(cpu, format, words, i, old, update)) {
            mmu.invariants.changed(old, update);
        }
    }
}
