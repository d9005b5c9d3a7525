package org.gleaner.lab.record;

import java.util.Arrays;
import java.util.function.LongConsumer;

/// A set of pages as runs, put in in ascending order and asked in any.
final class PageRuns {

    private long[] from = new long[64];
    private long[] to = new long[64];
    private int size;
    private long pages;

    /// Adds the pages `first` up to but not with `end`, all of them after those that are in it.
    void add(long first, long end) {
        if (size > 0 && to[size - 1] == first) {
            to[size - 1] = end;
        } else {
            if (size == from.length) {
                from = Arrays.copyOf(from, size * 2);
                to = Arrays.copyOf(to, size * 2);
            }
            from[size] = first;
            to[size++] = end;
        }
        pages += end - first;
    }

    /// The page after its last one; 0 if it is empty.
    long end() {
        return size == 0 ? 0 : to[size - 1];
    }

    /// Hands on its pages, in ascending order.
    void forEach(LongConsumer taker) {
        for (int i = 0; i < size; i++) {
            for (long page = from[i]; page < to[i]; page++) {
                taker.accept(page);
            }
        }
    }

    boolean has(long page) {
        int at = Arrays.binarySearch(from, 0, size, page);
        int run = at >= 0 ? at : -at - 2;
        return run >= 0 && page < to[run];
    }

    /// How many pages are in it.
    long pages() {
        return pages;
    }
}
