package org.gleaner.mm.reclaim;

import java.util.Arrays;
import org.gleaner.machine.OneCpu;

/// Folios that a reclaim session has isolated, oldest first. Reused from batch to batch.
@OneCpu
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

    /// Makes `n` frames from `pfn` on the entries from `i` on; what was there moves behind them.
    void insert(int i, int pfn, int n) {
        if (size + n > pfns.length) {
            pfns = Arrays.copyOf(pfns, 2 * (size + n));
        }
        System.arraycopy(pfns, i, pfns, i + n, size - i);
        for (int k = 0; k < n; k++) {
            pfns[i + k] = pfn + k;
        }
        size += n;
    }

    void truncate(int newSize) {
        size = newSize;
    }

    void clear() {
        size = 0;
    }
}
