package org.gleaner.pagetable;

import java.util.Arrays;
import org.gleaner.machine.Racy;

/// Which level-1 tables descents have found lately, so that the next descent to one of them need
/// not be made: four reads, each of which has to wait for the one before, become one.
///
/// For CPUs that peek for nothing only ([org.gleaner.machine.Cpu#peeksFreely]). Their actors run
/// one at a time, so what is here is what a descent would find, as long as whoever takes a table
/// out of a tree says so at once.
final class RecentTables {
    private static final int LINES = 1 << 10;
    private static final long NOTHING = -1;

    /// More than a key without its lowest level has.
    private static final int KEY_BITS = Geometry.MOST_KEY_BITS - 2;

    /// The bits of a key that the lowest level takes.
    private final int shift;

    /// By line, the root above and the key's upper bits.
    @Racy("actors that use it run one at a time")
    private final long[] tags = new long[LINES];

    @Racy("as above")
    private final int[] tables = new int[LINES];

    RecentTables(int shift) {
        this.shift = shift;
        forget();
    }

    /// The level-1 table of `key` in the tree of `root`, or -1 if it is not known here.
    int find(int root, long key) {
        int line = line(root, key);
        return tags[line] == tag(root, key) ? tables[line] : -1;
    }

    void remember(int root, long key, int table) {
        int line = line(root, key);
        tags[line] = tag(root, key);
        tables[line] = table;
    }

    void forget() {
        Arrays.fill(tags, NOTHING);
    }

    private long tag(int root, long key) {
        return (long) root << KEY_BITS | key >>> shift;
    }

    private int line(int root, long key) {
        return (int) (key >>> shift) + root * 37 & LINES - 1;
    }
}
