package org.gleaner.kvm.arm64;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.gleaner.kvm.mmu.EmptiedTables;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.machine.Rcu;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;

/// Takes leaves and tables out (`stage2_unmap_walker`, `free_unlinked_table`).
///
/// An unmap holds `mmu_lock` for writing, so nobody else walks but hardware and agers that take no
/// lock: one flush ends the call, and a table that it has emptied is given back after that flush:
/// at once, or after a grace period where agers take no lock. A table that a block replaces is
/// taken out under the lock for reading: its entries are locked one by one, so that a fault that
/// still is in it fails, and it is freed after a grace period.
final class Stage2Unmap {
    private final Stage2Mmu mmu;
    private final RadixTable tables;
    private final TableSlab slab;
    private final Stage2Format format;
    private final Geometry geometry;
    private final Rcu.Callback freeTable;
    private final Rcu.Callback freeEmptied;
    private final AtomicLong emptiedTables = new AtomicLong();
    private final AtomicLong callbackEntries = new AtomicLong();

    /// Tables that the unmap under way has emptied.
    @Guarded("mmu_lock")
    private int[] emptied = new int[8];

    @Guarded("mmu_lock")
    private int count;

    Stage2Unmap(Stage2Mmu mmu) {
        this.mmu = mmu;
        tables = mmu.tables;
        slab = tables.slab;
        format = mmu.format;
        geometry = tables.geometry;
        freeTable = (cpu, table) -> free(cpu, (int) table);
        freeEmptied = mmu.aging.looksForMore() ? this::lookAndFree : freeTable;
    }

    /// Takes all leaves of `[start, end)` out of `root`, a block that the range touches as a whole,
    /// flushes if there were any, and gives back the tables that are empty then.
    void unmap(Cpu cpu, MmuRoot root, long start, long end) {
        assert mmu.mmuLock.isHeldForWriteBy(cpu);
        cpu.step();
        boolean any = below(cpu, root.table, geometry.levels, start, end);
        if (count > 0) {
            tables.unlinked();
            mmu.unlinkEpoch.incrementAndGet();
        }
        if (any || count > 0) {
            mmu.invalidate(cpu, mmu.rangeFlushes);
        }
        emptiedTables.addAndGet(count);
        while (count > 0) {
            if (mmu.aging.outrunsUnmap() && mmu.steps.waitsForReaders()) {
                mmu.rcu.call(cpu, freeEmptied, emptied[--count]);
            } else {
                free(cpu, emptied[--count]);
            }
        }
    }

    private boolean below(Cpu cpu, int table, int level, long start, long end) {
        long[] words = slab.words(table);
        boolean any = false;
        long pages = geometry.pages(level);
        int visited = 0;
        for (long at = start; at < end; at = geometry.alignDown(at, level) + pages) {
            int i = slab.base(table) + geometry.index(at, level);
            visited++;
            cpu.only(MemoryOrder.DEPENDENT);
            long old = cpu.load(words, i);
            Invariants.readable(old);
            if (format.isTable(old, level)) {
                int child = format.table(old);
                long limit = Math.min(end, geometry.alignDown(at, level) + pages);
                any |= below(cpu, child, level - 1, at, limit);
                if (mmu.counts.isEmpty(cpu, child)) {
                    cpu.only(MemoryOrder.PLAIN);
                    cpu.store(words, i, format.empty);
                    mmu.counts.add(cpu, table, -1);
                    remember(child);
                }
            } else if (format.isPresent(old)) {
                // hardware may set the access flag until the entry is gone
                mmu.zapped(cpu, mmu.stage2Steps.clear(cpu, words, i, format.empty), level);
                mmu.counts.add(cpu, table, -1);
                any = true;
            }
        }
        if (level == RadixTable.LEVEL_4K) {
            mmu.leafLines.read(cpu, slab.slot(table, geometry.index(start, level)));
            cpu.charge(Cost.MMU_AGE_GFN);
            cpu.charge(Cost.SPTE_SCAN, visited - 1);
        }
        return any;
    }

    private void remember(int table) {
        if (count == emptied.length) {
            emptied = Arrays.copyOf(emptied, 2 * count);
        }
        emptied[count++] = table;
    }

    /// A block is about to take the place of `table`, whose entries are of `level`, and the entry
    /// above is locked: takes out what is below, and flushes before anything can be freed.
    void detach(Cpu cpu, int table, int level) {
        tables.unlinked();
        mmu.unlinkEpoch.incrementAndGet();
        mmu.invariants.zapBegins();
        lockAll(cpu, table, level);
        mmu.invalidate(cpu, mmu.rangeFlushes);
        mmu.invariants.zapFlushed();
    }

    private void lockAll(Cpu cpu, int table, int level) {
        long[] words = slab.words(table);
        int base = slab.base(table);
        for (int i = base; i < base + geometry.entries(level); i++) {
            long old = cpu.swap(words, i, Stage2Format.LOCKED);
            while (format.isLocked(old)) {
                // a fault is between break and make: what it makes is taken out in its turn
                cpu.relax();
                old = cpu.swap(words, i, Stage2Format.LOCKED);
            }
            if (format.isTable(old, level)) {
                lockAll(cpu, format.table(old), level - 1);
            } else if (format.isPresent(old)) {
                mmu.zapped(cpu, old, level);
            }
        }
        cpu.charge(Cost.SPTE_SCAN, geometry.entries(level));
        mmu.rcu.call(cpu, freeTable, table);
    }

    /// `stage2_free_removed_table`, of a table that has no entries: it looks at each all the same.
    private void lookAndFree(Cpu cpu, long table) {
        long[] words = slab.words((int) table);
        int base = slab.base((int) table);
        int entries = geometry.entries(RadixTable.LEVEL_4K);
        for (int i = base; i < base + entries; i++) {
            long entry = cpu.load(words, i);
            Invariants.readable(entry);
            assert entry == format.empty : "an emptied table has an entry";
        }
        callbackEntries.addAndGet(entries);
        cpu.charge(Cost.SPTE_SCAN, entries);
        free(cpu, (int) table);
    }

    EmptiedTables emptied() {
        return new EmptiedTables(emptiedTables.get(), callbackEntries.get());
    }

    private void free(Cpu cpu, int table) {
        mmu.counts.clear(cpu, table);
        mmu.freeTable(cpu, table);
    }
}
