package org.gleaner.lab.trace.page;

import java.util.Arrays;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Heap;
import org.gleaner.machine.SplitMix64;

/// Numbers the pages of a trace 0, 1, 2... in the order of their first access.
///
/// An open hash table of ids over arrays of what they stand for: 12 to 20 bytes a page, and 4 more
/// where pages have name spaces. It doubles when it is half full, and while it does it needs as
/// much again.
public final class Interner implements Pages {

    /// Most pages: a Java array's.
    private static final int MOST = 1 << 30;

    /// Of the heap, for a table and the one twice as large that takes its place.
    private static final double MOST_OF_THE_HEAP = 0.9;

    private static final int FIRST = 1 << 10;

    private int[] table = filled(FIRST * 2);
    private long[] pages = new long[FIRST];
    private int[] spaces = new int[0];
    private int count;
    private int space;
    private long lastPage;
    private int lastId = -1;

    /// Goes on with the pages of another name space.
    public void enter(int of) {
        if (of != space) {
            if (spaces.length == 0) {
                spaces = new int[pages.length];
            }
            space = of;
            lastId = -1;
        }
    }

    /// The id of `page` in the present space; a new one at its first access.
    public int id(long page) {
        if (page == lastPage && lastId >= 0) {
            return lastId;
        }
        lastPage = page;
        lastId = find(page);
        return lastId;
    }

    /// Pages so far.
    @Override
    public int size() {
        return count;
    }

    @Override
    public long page(int id) {
        return pages[id];
    }

    @Override
    public int space(int id) {
        return spaces.length == 0 ? 0 : spaces[id];
    }

    /// Bytes that are held.
    public long bytes() {
        return 4L * table.length + 8L * pages.length + 4L * spaces.length;
    }

    private int find(long page) {
        int mask = table.length - 1;
        int at = SplitMix64.hash(page, space) & mask;
        for (int id; (id = table[at]) >= 0; at = at + 1 & mask) {
            if (pages[id] == page && (spaces.length == 0 || spaces[id] == space)) {
                return id;
            }
        }
        return add(page, at);
    }

    private int add(long page, int at) {
        if (count == pages.length) {
            grow();
            return find(page);
        }
        table[at] = count;
        pages[count] = page;
        if (spaces.length > 0) {
            spaces[count] = space;
        }
        return count++;
    }

    private void grow() {
        if (count == MOST) {
            throw new BadInput("", "has more than " + MOST + " pages", "replay a part of it");
        }
        long both = bytes() * 3;
        if (both > Heap.ofProcess().most() * MOST_OF_THE_HEAP) {
            throw new BadInput(
                    "",
                    "has more than %,d pages, and needs more than %s"
                            .formatted(count, Heap.ofProcess().shortage(both)),
                    "set " + Heap.option(both) + ", or replay a part of it");
        }
        pages = Arrays.copyOf(pages, count * 2);
        if (spaces.length > 0) {
            spaces = Arrays.copyOf(spaces, count * 2);
        }
        table = filled(count * 4);
        int mask = table.length - 1;
        for (int id = 0; id < count; id++) {
            int at = SplitMix64.hash(pages[id], spaces.length == 0 ? 0 : spaces[id]) & mask;
            while (table[at] >= 0) {
                at = at + 1 & mask;
            }
            table[at] = id;
        }
    }

    private static int[] filled(int length) {
        int[] empty = new int[length];
        Arrays.fill(empty, -1);
        return empty;
    }
}
