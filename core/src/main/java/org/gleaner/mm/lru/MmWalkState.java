package org.gleaner.mm.lru;

import org.jspecify.annotations.Nullable;

/// Where the page-table walks of one lruvec stand (`struct lru_gen_mm_state`). Protected by the list
/// lock of the cgroup's address spaces, except for the filters, which tolerate races.
public final class MmWalkState {
    /// The last completed walk.
    public long seq = 2;

    /// The list's own position, before its first and behind its last address space.
    public static final int ENDS = -1;

    /// No position.
    public static final int NONE = -2;

    /// Position in the cgroup's list of the address space that was handed out last.
    public int head = ENDS;

    /// Position of the first address space added since the last walk, which has to visit it in full.
    public int tail = NONE;

    private final @Nullable BloomFilter[] filters = new @Nullable BloomFilter[2];

    /// What all walks met, as debugfs shows it: entries, those present and not young, those young.
    public long leafTotal;

    public long leafOld;
    public long leafYoung;

    /// Tables there were, those that were entered, those dense enough for the next walk.
    public long nonleafTotal;

    public long nonleafFound;
    public long nonleafAdded;

    /// An address space joined the cgroup's list at `index`.
    public void added(int index) {
        if (tail == ENDS) {
            tail = index;
        }
    }

    /// The address space at `index` left the list, which has `size` now. A walk that stood on it goes on with the one
    /// behind it.
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
    public boolean mayContain(long seq, long key) {
        BloomFilter filter = filters[(int) (seq % 2)];
        return filter == null || filter.test(key);
    }

    /// Has the walk of `seq` scan the table at `key`. A filter that was never reset swallows it.
    public void add(long seq, long key) {
        BloomFilter filter = filters[(int) (seq % 2)];
        if (filter != null) {
            filter.set(key);
        }
    }

    /// Clears the filter of the walk of `seq`, creating it the first time.
    public void reset(long seq) {
        int i = (int) (seq % 2);
        BloomFilter filter = filters[i];
        if (filter == null) {
            filters[i] = new BloomFilter();
        } else {
            filter.clear();
        }
    }
}
