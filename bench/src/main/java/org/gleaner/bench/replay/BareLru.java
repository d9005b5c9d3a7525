package org.gleaner.bench.replay;

import java.util.Arrays;

/// A strict LRU list of pages in two arrays: the least that a simulator of memory can do, and what
/// a replay through the whole host is compared with.
public final class BareLru {
    private static final int NONE = -1;
    private static final int OFFSET = 0x7fff_ffff;

    private final int[] newer;
    private final int[] older;
    private final int capacity;
    private int newest = NONE;
    private int oldest = NONE;
    private int size;

    /// Room for `capacity` of the pages below `pages`.
    public BareLru(int pages, int capacity) {
        newer = new int[pages];
        older = new int[pages];
        Arrays.fill(older, NONE - 1);
        this.capacity = capacity;
    }

    /// Runs all accesses; returns the misses.
    public long misses(int[] accesses) {
        long misses = 0;
        for (int access : accesses) {
            int page = access & OFFSET;
            if (page == newest) {
                continue;
            }
            if (older[page] < NONE) {
                misses++;
                makeRoom();
            } else {
                take(page);
            }
            put(page);
        }
        return misses;
    }

    private void makeRoom() {
        if (size < capacity) {
            size++;
            return;
        }
        int victim = oldest;
        take(victim);
        older[victim] = NONE - 1;
    }

    private void take(int page) {
        int above = newer[page];
        int below = older[page];
        if (above == NONE) {
            newest = below;
        } else {
            older[above] = below;
        }
        if (below == NONE) {
            oldest = above;
        } else {
            newer[below] = above;
        }
    }

    private void put(int page) {
        newer[page] = NONE;
        older[page] = newest;
        if (newest == NONE) {
            oldest = page;
        } else {
            newer[newest] = page;
        }
        newest = page;
    }
}
