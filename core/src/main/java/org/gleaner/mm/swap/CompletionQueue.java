package org.gleaner.mm.swap;

import java.util.Arrays;

/// Frames under writeback in order of completion time. The link delivers in order, so a ring will do.
final class CompletionQueue {
    private long[] times = new long[64];
    private int[] pfns = new int[64];
    private int first;
    private int size;

    void add(long time, int pfn) {
        if (size == times.length) {
            grow();
        }
        int at = first + size & times.length - 1;
        times[at] = time;
        pfns[at] = pfn;
        size++;
    }

    long firstTime() {
        return times[first];
    }

    int removeFirst() {
        int pfn = pfns[first];
        first = first + 1 & times.length - 1;
        size--;
        return pfn;
    }

    private void grow() {
        int n = times.length;
        long[] t = Arrays.copyOf(times, 2 * n);
        int[] p = Arrays.copyOf(pfns, 2 * n);
        for (int i = 0; i < n; i++) {
            t[i] = times[first + i & n - 1];
            p[i] = pfns[first + i & n - 1];
        }
        times = t;
        pfns = p;
        first = 0;
    }
}
