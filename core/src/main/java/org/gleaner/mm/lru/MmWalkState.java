package org.gleaner.mm.lru;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.Racy;
import org.jspecify.annotations.Nullable;

/// Where the page-table walks of one lruvec stand (`struct lru_gen_mm_state`). Protected by the
/// list lock of the cgroup's address spaces, except for the filters, which tolerate races.
@Guarded("mm_list_lock")
public final class MmWalkState {
    /// The last completed walk.
    public long seq = 2;

    /// The list's own position, before its first and behind its last address space.
    public static final int ENDS = -1;

    /// No position.
    public static final int NONE = -2;

    /// Position in the cgroup's list of the address space that was handed out last.
    public int head = ENDS;

    /// Position of the first address space added since the last walk, which has to visit it in
    /// full.
    public int tail = NONE;

    @Racy("two that make a filter at once each make an empty one")
    private final @Nullable BloomFilter[] filters = new @Nullable BloomFilter[2];

    /// What walks meet, as debugfs shows it: entries, those present and not young, those young;
    /// tables there were, those that were entered, those dense enough for the next walk.
    public static final int LEAF_TOTAL = 0;

    public static final int LEAF_OLD = 1;
    public static final int LEAF_YOUNG = 2;
    public static final int NONLEAF_TOTAL = 3;
    public static final int NONLEAF_FOUND = 4;
    public static final int NONLEAF_ADDED = 5;

    /// How many such counts there are.
    public static final int COUNTS = 6;

    private final long[] met = new long[COUNTS];

    /// Adds what one walker met since it last said so, and zeroes it (`reset_mm_stats`).
    public void met(long[] counts) {
        for (int i = 0; i < COUNTS; i++) {
            met[i] += counts[i];
            counts[i] = 0;
        }
    }

    /// What all walks have met of one count; those under way say so at each address space's end.
    public long met(int count) {
        return met[count];
    }

    /// An address space joined the cgroup's list at `index`.
    public void added(int index) {
        if (tail == ENDS) {
            tail = index;
        }
    }

    /// The address space at `index` left the list, which has `size` now. A walk that stood on it
    /// goes on with the one behind it.
    public void removed(int index, int size) {
        if (head >= index) {
            // the first one's place before is the list's own
            head--;
        }
        if (tail > index) {
            tail--;
        } else if (tail == index && index == size) {
            tail = ENDS;
        }
    }

    /// Whether the walk of `seq` should scan the table at `key`. A filter that was never reset lets
    /// everything pass.
    public boolean mayContain(Cpu cpu, long seq, long key) {
        BloomFilter filter = filters[(int) (seq % 2)];
        return filter == null || filter.test(cpu, key);
    }

    /// Has the walk of `seq` scan the table at `key`. A filter that was never reset swallows it.
    public void add(Cpu cpu, long seq, long key) {
        BloomFilter filter = filters[(int) (seq % 2)];
        if (filter != null) {
            filter.set(cpu, key);
        }
    }

    /// Clears the filter of the walk of `seq`, creating it the first time.
    public void reset(Cpu cpu, long seq) {
        int i = (int) (seq % 2);
        BloomFilter filter = filters[i];
        if (filter == null) {
            filters[i] = new BloomFilter();
        } else {
            filter.clear(cpu);
        }
    }
}
