package org.gleaner.pagetable;

import java.util.Arrays;

/// One hardware thread's paging-structure cache: remembers which level-1 table covers which 2 MiB, so that
/// a lookup near an earlier one reads the level-1 entry and nothing above it.
public final class PagingCache {
    private static final int LINES = 512;
    private static final long NOTHING = -1;

    private final RadixTable tables;
    private final long[] lines = new long[LINES];

    public PagingCache(RadixTable tables) {
        this.tables = tables;
        flush();
    }

    public void flush() {
        Arrays.fill(lines, NOTHING);
    }

    public long find(Walk walk, int root, long key) {
        long tag = key >>> 9;
        int at = (int) tag & LINES - 1;
        long line = lines[at];
        if (line >>> 32 == tag) {
            int table = (int) line;
            long[] words = tables.slab.words(table);
            int i = RadixTable.offset(table, key);
            long entry = RadixTable.read(words, i);
            if (tables.format.isPresent(entry)) {
                walk.set(words, i, table, RadixTable.LEVEL_4K, entry);
                return entry;
            }
        }
        long entry = tables.find(walk, root, key);
        if (walk.level == RadixTable.LEVEL_4K) {
            lines[at] = tag << 32 | walk.table;
        }
        return entry;
    }
}
