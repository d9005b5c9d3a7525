package org.gleaner.lab.trace.profile;

import java.util.Arrays;

/// How many other pages were touched since the access before to the same page: exactly, in classes
/// of powers of two. An LRU list of `n` pages misses all accesses whose distance is `n` or more.
///
/// Each page has a mark at the place of its last access in a line of places; a tree of partial sums
/// (Fenwick's) counts the marks behind it. When the line is full, the marks move together.
final class ReuseDistances {

    /// Distance 0, 1, 2-3, 4-7...
    private static final int CLASSES = 33;

    private final long[] counts = new long[CLASSES];
    private long cold;
    private int last = -1;

    /// Places, of which `placeOf` marks one a page; 0 for a page not seen.
    private int[] placeOf = new int[1 << 10];

    private int[] pageAt = new int[1 << 12];
    private int[] sums = new int[1 << 12];
    private int next = 1;
    private int pages;

    void touch(int id) {
        if (id == last) {
            counts[0]++;
            return;
        }
        last = id;
        if (id >= placeOf.length) {
            placeOf = Arrays.copyOf(placeOf, Math.max(id + 1, placeOf.length * 2));
        }
        if (next == sums.length) {
            moveTogether();
        }
        int place = placeOf[id];
        if (place == 0) {
            cold++;
            pages++;
        } else {
            int distance = pages - upTo(place);
            counts[Integer.SIZE - Integer.numberOfLeadingZeros(distance)]++;
            add(place, -1);
            pageAt[place] = -1;
        }
        placeOf[id] = next;
        pageAt[next] = id;
        add(next++, 1);
    }

    private int upTo(int place) {
        int sum = 0;
        for (int i = place; i > 0; i &= i - 1) {
            sum += sums[i];
        }
        return sum;
    }

    private void add(int place, int n) {
        for (int i = place; i < sums.length; i += i & -i) {
            sums[i] += n;
        }
    }

    private void moveTogether() {
        int length = Math.max(sums.length, Integer.highestOneBit(pages) * 8);
        int[] moved = new int[length];
        int to = 1;
        for (int place = 1; place < next; place++) {
            int id = pageAt[place];
            if (id >= 0) {
                placeOf[id] = to;
                moved[to++] = id;
            }
        }
        pageAt = moved;
        next = to;
        sums = new int[length];
        for (int i = 1; i < length; i++) {
            sums[i] += i < to ? 1 : 0;
            int parent = i + (i & -i);
            if (parent < length) {
                sums[parent] += sums[i];
            }
        }
    }

    /// First accesses, which have no distance.
    long cold() {
        return cold;
    }

    /// Accesses of distance 0, 1, 2 to 3, 4 to 7 and so on, up to the longest.
    long[] counts() {
        int end = CLASSES;
        while (end > 1 && counts[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOf(counts, end);
    }
}
