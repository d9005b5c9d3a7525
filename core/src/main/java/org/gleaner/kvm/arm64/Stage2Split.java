package org.gleaner.kvm.arm64;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;

/// Splits blocks ahead of writes (`kvm_mmu_split_huge_pages`, `kvm_pgtable_stage2_split`), in
/// chunks: before each, `mmu_lock` is let go of if somebody wants it or if there are too few tables
/// for all blocks of a chunk, which are then made without it.
///
/// A block is replaced by a table that together maps what it did, with the same rights and the
/// access flag set, by break-before-make: a flush for each. A block above others becomes a table of
/// tables at once where there are enough of them (513 for one of 1 GiB), else a table of smaller
/// blocks, which are split in their turn.
///
/// All under `mmu_lock` write. Only hardware, and agers that take no lock, may change the block
/// meanwhile; then it is read again.
final class Stage2Split {
    final LongAdder splits = new LongAdder();
    final LongAdder yields = new LongAdder();

    private final Stage2Mmu mmu;
    private final RadixTable tables;
    private final Stage2Format format;
    private final Geometry geometry;
    private final BreakBeforeMake entry;

    /// Tables made for blocks.
    @Guarded("mmu_lock")
    private int[] spare = new int[1];

    @Guarded("mmu_lock")
    private int count;

    Stage2Split(Stage2Mmu mmu) {
        this.mmu = mmu;
        tables = mmu.tables;
        format = mmu.format;
        geometry = tables.geometry;
        entry = new BreakBeforeMake(mmu);
    }

    /// Splits what stands in `[start, end)`, each block that the range touches as a whole, as far
    /// as there are tables.
    ///
    /// @param chunkLevel the level of a block that is as large as a chunk
    void split(Cpu cpu, long start, long end, int chunkLevel) {
        assert mmu.mmuLock.isHeldForWriteBy(cpu);
        int needed = needed(chunkLevel);
        for (long gfn = start; gfn < end; ) {
            boolean contended = mmu.mmuLock.isContended();
            int missing = Math.max(0, needed - count);
            if (cpu.yieldsIf(contended) || missing > 0) {
                mmu.mmuLock.writeUnlock(cpu);
                yields.add(contended ? 1 : 0);
                cpu.condResched();
                int[] made = allocate(cpu, missing);
                mmu.mmuLock.writeLock(cpu);
                take(made);
            }
            MmuRoot valid = mmu.valid(cpu);
            if (valid == null || count < needed) {
                break;
            }
            long chunkEnd = geometry.alignDown(gfn, chunkLevel) + geometry.pages(chunkLevel);
            mmu.rcu.readLock(cpu);
            below(cpu, valid.table, geometry.levels, gfn, Math.min(end, chunkEnd));
            mmu.rcu.readUnlock(cpu);
            gfn = chunkEnd;
        }
        while (count > 0) {
            tables.slab.free(cpu, spare[--count]);
        }
    }

    /// Tables that take the place of a block of `level` and of all that would be in them.
    private int needed(int level) {
        int needed = 1;
        for (int above = RadixTable.LEVEL_2M; above < level; above++) {
            needed = 1 + geometry.entries(above) * needed;
        }
        return needed;
    }

    private int[] allocate(Cpu cpu, int needed) {
        int[] made = new int[needed];
        for (int i = 0; i < needed; i++) {
            made[i] = tables.slab.tryAllocate(cpu, format.empty);
            if (made[i] == TableSlab.FULL) {
                return Arrays.copyOf(made, i);
            }
            cpu.charge(Cost.SPTE_TABLE_ALLOC);
        }
        return made;
    }

    private void take(int[] made) {
        spare = Arrays.copyOf(spare, Math.max(spare.length, count + made.length));
        System.arraycopy(made, 0, spare, count, made.length);
        count += made.length;
    }

    private void below(Cpu cpu, int table, int level, long start, long end) {
        long[] words = tables.slab.words(table);
        long pages = geometry.pages(level);
        for (long at = start; at < end; ) {
            int i = tables.slab.base(table) + geometry.index(at, level);
            long old = cpu.load(words, i);
            Invariants.readable(old);
            if (format.isLeaf(old, level) && level > RadixTable.LEVEL_4K) {
                if (count == 0) {
                    return;
                }
                splitEntry(cpu, table, words, i, level, old);
                continue;
            }
            long next = geometry.alignDown(at, level) + pages;
            if (format.isTable(old, level) && level > RadixTable.LEVEL_2M) {
                below(cpu, format.table(old), level - 1, at, Math.min(end, next));
            }
            at = next;
        }
        cpu.charge(Cost.SPTE_SCAN);
    }

    private void splitEntry(Cpu cpu, int table, long[] words, int i, int level, long old) {
        long young = format.young(old);
        boolean whole = level > RadixTable.LEVEL_2M && count >= needed(level);
        int had = count;
        int child = build(cpu, young, level, whole);
        if (!entry.tryBreakToSplit(cpu, table, words, i, old)) {
            unbuild(cpu, child, level - 1, whole);
            assert count == had : "tables are lost";
            return;
        }
        entry.make(cpu, table, words, i, format.makeTable(child));
        mmu.account.use(cpu, had - count);
        for (int paid = had - count; paid > 0; paid--) {
            mmu.account.payAtOnce(cpu);
        }
        mmu.invariants.changed(old, young);
        mmu.invariants.split(young, whole ? geometry.pages(level) : geometry.entries(level - 1));
        splits.increment();
    }

    /// A table that maps what `block` of `level` does.
    ///
    /// @param whole down to pages
    private int build(Cpu cpu, long block, int level, boolean whole) {
        int table = spare[--count];
        long[] words = tables.slab.words(table);
        int base = tables.slab.base(table);
        int entries = geometry.entries(level - 1);
        boolean tablesBelow = whole && level - 1 > RadixTable.LEVEL_4K;
        cpu.writes(words, base, entries);
        for (int k = 0; k < entries; k++) {
            long small = format.smaller(block, level - 1, k * geometry.pages(level - 1));
            words[base + k] =
                    tablesBelow ? format.makeTable(build(cpu, small, level - 1, true)) : small;
        }
        mmu.counts.add(cpu, table, entries);
        cpu.charge(Cost.SPTE_SCAN, entries);
        return table;
    }

    /// Takes back a table that nobody has seen.
    private void unbuild(Cpu cpu, int table, int level, boolean whole) {
        long[] words = tables.slab.words(table);
        int base = tables.slab.base(table);
        int entries = geometry.entries(level);
        cpu.writes(words, base, entries);
        for (int k = 0; k < entries; k++) {
            if (whole && level > RadixTable.LEVEL_4K) {
                unbuild(cpu, format.table(words[base + k]), level - 1, true);
            }
            words[base + k] = format.empty;
        }
        mmu.counts.clear(cpu, table);
        spare[count++] = table;
    }
}
