package org.gleaner.pagetable;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.machine.OneCpu;

/// Pre-order walk over the entries of a tree that cover a range (`tdp_iter`); reused from walk to
/// walk.
///
/// ```
/// iter.start(root, RadixTable.LEVEL_4K, start, end);
/// while (iter.next(cpu)) {
///     if (!cpu.cas(iter.words, iter.index, iter.old, ...)) {
///         iter.retry();
///     }
/// }
/// ```
///
/// The walk stands on an entry: [#old] is what it read there, [#key] the first page the entry
/// covers. The first entries are those that *contain* `start`, so a huge leaf that overlaps it is
/// visited, once, with its own first page. From a present table entry above the lowest level the
/// walk goes down, else sideways, else up and sideways.
///
/// It is safe against concurrent change inside an RCU read section. Before it goes down it reads
/// the entry again and descends into what the entry points to *now*; a table that was detached
/// after the walk had entered it stays readable and shows frozen entries.
///
/// Nothing is allocated after the constructor. One iterator belongs to one CPU and one walk at a
/// time.
@OneCpu
public final class TreeIter {
    private static final long[] NOWHERE = {};

    /// What [#next] does.
    private static final int DONE = 0;

    private static final int DESCEND_FROM_ROOT = 1;
    private static final int STAY = 2;
    private static final int MOVE = 3;

    private final EntryFormat format;
    private final TableSlab slab;
    private final int readsPerStep;
    private final Geometry geometry;
    private final int[] path;

    /// The entry as last read; refreshed by [#next] after [#retry].
    public long old;

    /// First page the entry covers.
    public long key;

    /// The entry's level.
    public int level;

    /// The array the entry is in.
    public long[] words = NOWHERE;

    /// Where in [#words].
    public int index;

    /// Entries read since [#start]: what a caller that charges for a scan pays for.
    public long scanned;

    /// Of the index in a table of [#level]: its last entry.
    private int last;

    private int rootLevel;
    private int minLevel;
    private long end;

    /// Every page before this has been visited; where the walk goes on after a yield.
    private long nextLastLevelKey;

    /// [#nextLastLevelKey] at the last yield; no further yield before it has moved.
    private long yieldedKey;

    private int untilStep;

    /// Index up to which the entries of this table were declared as read, see
    /// [Cpu#reads(long[], int, int)].
    private int seenUntil;

    private int state = DONE;

    /// A walk whose every read is an ordered step.
    public TreeIter(RadixTable tables) {
        this(tables, 1);
    }

    /// A walk that takes one ordered step for every `readsPerStep` entries it reads and looks at
    /// the others as they were at that step. 1 is exact. More is cheaper in virtual time, and as
    /// inexact as a walk that reads a batch of entries ahead; changes by compare-and-swap stay
    /// right.
    public TreeIter(RadixTable tables, int readsPerStep) {
        this.readsPerStep = readsPerStep;
        format = tables.format;
        slab = tables.slab;
        geometry = tables.geometry;
        path = new int[geometry.levels + 1];
    }

    /// Prepares a walk over the pages `[start, end)` of `root`; [#next] moves to the first entry.
    ///
    /// @param minLevel the level below which the walk does not go
    public void start(int root, int minLevel, long start, long end) {
        start(root, geometry.levels, minLevel, start, end);
    }

    /// As [#start(int,int,long,long)], over a subtree whose entries are of level `rootLevel`.
    public void start(int root, int rootLevel, int minLevel, long start, long end) {
        assert minLevel >= RadixTable.LEVEL_4K && minLevel <= rootLevel;
        assert start >= 0 && end <= geometry.keys;
        path[rootLevel] = root;
        this.rootLevel = rootLevel;
        this.minLevel = minLevel;
        this.end = end;
        nextLastLevelKey = start;
        yieldedKey = start;
        scanned = 0;
        untilStep = 0;
        state = start < end ? DESCEND_FROM_ROOT : DONE;
    }

    /// Moves to the next entry, or stays if [#retry] was called; false at the end.
    public boolean next(Cpu cpu) {
        if (state == MOVE) {
            return (level > minLevel && down(cpu)) || sideways(cpu);
        }
        if (state == DONE) {
            return false;
        }
        if (state == DESCEND_FROM_ROOT) {
            enter(rootLevel);
        }
        state = MOVE;
        read(cpu);
        return true;
    }

    /// Moves to the next present leaf (`tdp_root_for_each_leaf_pte`); false at the end.
    public boolean nextLeaf(Cpu cpu) {
        while (next(cpu)) {
            if (format.isLeaf(old, level)) {
                return true;
            }
        }
        return false;
    }

    /// Makes [#next] read the same entry again instead of moving on.
    public void retry() {
        assert state == MOVE;
        state = STAY;
    }

    /// True if the walk has made progress since it last yielded, and so may yield.
    public boolean mayYield() {
        return nextLastLevelKey != yieldedKey;
    }

    /// To be called after the RCU section and the lock were dropped and taken again: the caller
    /// must go on to [#next] at once, which restarts from the root at the first page not visited.
    public void yielded() {
        assert mayYield();
        yieldedKey = nextLastLevelKey;
        seenUntil = 0;
        state = DESCEND_FROM_ROOT;
    }

    /// The table the entry is in.
    public int table() {
        return path[level];
    }

    /// The table that entries of `level` on the path to this entry are in; `level` is at least
    /// [#level].
    public int table(int level) {
        return path[level];
    }

    /// Goes to the first entry of interest in the table the entry points to, if it now points to
    /// one.
    private boolean down(Cpu cpu) {
        read(cpu);
        if (!format.isTable(old, level)) {
            return false;
        }
        path[level - 1] = format.table(old);
        enter(level - 1);
        read(cpu);
        return true;
    }

    /// Goes to the entry after this one, in this table or else in one above.
    private boolean sideways(Cpu cpu) {
        if ((index & last) == last && !up()) {
            state = DONE;
            return false;
        }
        index++;
        key += geometry.pages(level);
        if (key >= end) {
            state = DONE;
            return false;
        }
        nextLastLevelKey = key;
        read(cpu);
        return true;
    }

    /// Goes to the first entry on the path that is not the last of its table; false if there is
    /// none.
    private boolean up() {
        while (level < rootLevel) {
            level++;
            key = geometry.alignDown(key, level);
            if (geometry.index(key, level) < geometry.entries(level) - 1) {
                locate();
                return true;
            }
        }
        return false;
    }

    private void enter(int to) {
        level = to;
        key = geometry.alignDown(nextLastLevelKey, to);
        locate();
    }

    private void locate() {
        int table = path[level];
        last = geometry.entries(level) - 1;
        words = slab.words(table);
        index = slab.base(table) + geometry.index(key, level);
        seenUntil = 0;
    }

    private void read(Cpu cpu) {
        scanned++;
        if (--untilStep <= 0) {
            untilStep = readsPerStep;
            cpu.only(MemoryOrder.DEPENDENT);
            old = cpu.load(words, index);
            seenUntil = 0;
        } else {
            if (index >= seenUntil) {
                int n = Math.min(untilStep, last + 1 - (index & last));
                cpu.reads(words, index, n);
                seenUntil = index + n;
            }
            old = RadixTable.read(words, index);
        }
        if (format.isPresent(old)) {
            // the caller may act on it, and others meanwhile
            seenUntil = 0;
        }
        assert old != TableSlab.POISON : "walked into a freed table";
    }
}
