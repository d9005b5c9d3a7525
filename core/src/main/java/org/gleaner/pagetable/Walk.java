package org.gleaner.pagetable;

import org.gleaner.machine.OneCpu;

/// Where a descent ended; reused from walk to walk. Belongs to one CPU.
///
/// The fields are public to be read, not written, by whoever walks.
@OneCpu
public final class Walk {
    private static final long[] NOWHERE = {};

    /// The array that holds the entry.
    public long[] words = NOWHERE;

    /// Where in [#words].
    public int index;

    /// The table the entry is in.
    public int table;

    /// The entry's level, from 1 up to the root's.
    public int level;

    /// What the entry was when the descent read it.
    public long entry;

    /// Where a descent of its own ended; for who walks by another rule than [RadixTable#find].
    public void set(long[] words, int index, int table, int level, long entry) {
        if (this.words != words) {
            this.words = words;
        }
        this.index = index;
        this.table = table;
        this.level = level;
        this.entry = entry;
    }
}
