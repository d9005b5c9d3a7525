package org.gleaner.pagetable;

import java.util.Arrays;

/// One hardware thread's paging-structure cache: remembers which level-1 table covers which 2 MiB,
/// so that a lookup near an earlier one reads the level-1 entry and nothing above it.
///
/// It is stale in the way and for as long as the hardware's is: after an entry above was changed,
/// lookups may still go to the table that was there before. Its owner calls [#flush] whenever it is
/// told to flush its TLB, and when it changes root. Whoever detaches a table must have had that
/// done before the table is freed; so a lookup needs no RCU section on that account. Entries that
/// are not present are never believed: they are looked up again from the root.
public final class PagingCache {
    /// Enough for 1 GiB of neighbours.
    private static final int LINES = 512;

    private static final int TABLE_SHIFT = 9;
    private static final long NOTHING = -1;

    private final RadixTable tables;
    /// Upper half: which 2 MiB. Lower half: the table. Directly mapped.
    private final long[] lines = new long[LINES];

    public PagingCache(RadixTable tables) {
        this.tables = tables;
        flush();
    }

    /// Forgets everything.
    public void flush() {
        Arrays.fill(lines, NOTHING);
    }

    /// As [RadixTable#find], faster where it remembers. Not a step either.
    public long find(Walk walk, int root, long key) {
        long tag = key >>> TABLE_SHIFT;
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
