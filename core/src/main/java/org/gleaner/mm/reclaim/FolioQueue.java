package org.gleaner.mm.reclaim;

import java.util.Arrays;

/// Folios that a reclaim session has isolated, oldest first. Reused from batch to batch.
final class FolioQueue {
    private int[] pfns = new int[256];
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int get(int i) {
        return pfns[i];
    }

    void add(int pfn) {
        if (size == pfns.length) {
            pfns = Arrays.copyOf(pfns, 2 * size);
        }
        pfns[size++] = pfn;
    }

    /// Keeps `pfn` as entry `i`; with [#truncate] this filters in place.
    void set(int i, int pfn) {
        pfns[i] = pfn;
    }

    void truncate(int newSize) {
        size = newSize;
    }

    void clear() {
        size = 0;
    }
}
