package org.gleaner.mm.swap;

import java.util.Arrays;
import org.gleaner.machine.OneCpu;

/// Frames under I/O in order of completion time. The link delivers in order, so a ring will do.
@OneCpu
final class CompletionQueue {
    private static final int READ = 1 << 31;

    private long[] times = new long[64];

    /// A pfn, with the top bit set for a read.
    private int[] frames = new int[64];

    private int first;
    private int size;

    void add(long time, int pfn, boolean read) {
        if (size == times.length) {
            grow();
        }
        int at = first + size & times.length - 1;
        times[at] = time;
        frames[at] = read ? pfn | READ : pfn;
        size++;
    }

    long firstTime() {
        return times[first];
    }

    boolean firstIsRead() {
        return (frames[first] & READ) != 0;
    }

    int removeFirst() {
        int pfn = frames[first] & ~READ;
        first = first + 1 & times.length - 1;
        size--;
        return pfn;
    }

    private void grow() {
        int n = times.length;
        long[] t = Arrays.copyOf(times, 2 * n);
        int[] f = Arrays.copyOf(frames, 2 * n);
        for (int i = 0; i < n; i++) {
            t[i] = times[first + i & n - 1];
            f[i] = frames[first + i & n - 1];
        }
        times = t;
        frames = f;
        first = 0;
    }
}
