package org.gleaner.pagetable;

import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;

/// Trees for tests, built by one CPU.
public final class Tree {
    private Tree() {}

    /// Links what is missing down to `level`, and returns the slot of the entry of `key` there.
    public static long slot(Cpu cpu, RadixTable tables, int root, long key, int level) {
        TableSlab slab = tables.slab;
        int table = root;
        for (int at = tables.geometry.levels; at > level; at--) {
            long[] words = slab.words(table);
            int i = slab.base(table) + tables.geometry.index(key, at);
            if (!tables.format.isTable(cpu.load(words, i), at)) {
                int child = slab.allocate(cpu, tables.format.empty);
                cpu.store(words, i, tables.format.makeTable(child));
            }
            table = tables.format.table(cpu.load(words, i));
        }
        return tables.slab.slot(table, tables.geometry.index(key, level));
    }

    /// Stores `entry` at `key`.
    public static void put(Cpu cpu, RadixTable tables, int root, long key, int level, long entry) {
        long slot = slot(cpu, tables, root, key, level);
        cpu.store(tables.slab.slotWords(slot), tables.slab.slotIndex(slot), entry);
    }

    /// Maps `[start, end)` to the pages of the same numbers, writable, accessed and dirty.
    public static void map(Cpu cpu, RadixTable tables, int root, long start, long end) {
        SpteFormat f = (SpteFormat) tables.format;
        int flags = SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE;
        for (long key = start; key < end; key++) {
            put(cpu, tables, root, key, RadixTable.LEVEL_4K, f.makeLeaf(key, 1, flags));
        }
    }
}
