package org.gleaner.mm.swap;

import java.util.Arrays;

/// What one CPU has submitted and its plug holds back (`struct blk_plug`). Private to its CPU.
///
/// A page that continues the newest request is merged into it; requests further back are not looked at.
final class RequestPlug {
    /// Requests held at most; one more sends them first (`BLK_MAX_REQUEST_COUNT`).
    static final int MOST_REQUESTS = 32;

    /// Pages of the largest request: a queue of 256 descriptors less header and status.
    static final int MOST_PAGES = 254;

    private int depth;
    private int pages;
    private int requests;
    private int newest;
    private int[] slots = new int[64];
    private int[] pfns = new int[64];
    private boolean[] reads = new boolean[64];

    /// Whether a page begins a request.
    private boolean[] begins = new boolean[64];

    void open() {
        depth++;
    }

    /// Ends one plug; returns whether it was the outermost.
    boolean close() {
        depth--;
        return depth == 0;
    }

    boolean isOpen() {
        return depth > 0;
    }

    /// Whether a page must wait until what is held has been sent.
    boolean isFullFor(int slot, boolean read) {
        return requests == MOST_REQUESTS && !continues(slot, read);
    }

    void add(int slot, int pfn, boolean read) {
        if (pages == slots.length) {
            slots = Arrays.copyOf(slots, 2 * pages);
            pfns = Arrays.copyOf(pfns, 2 * pages);
            reads = Arrays.copyOf(reads, 2 * pages);
            begins = Arrays.copyOf(begins, 2 * pages);
        }
        begins[pages] = !continues(slot, read);
        if (begins[pages]) {
            newest = pages;
            requests++;
        }
        slots[pages] = slot;
        pfns[pages] = pfn;
        reads[pages] = read;
        pages++;
    }

    private boolean continues(int slot, boolean read) {
        return pages > 0
                && reads[pages - 1] == read
                && slots[pages - 1] + 1 == slot
                && pages - newest < MOST_PAGES;
    }

    int pages() {
        return pages;
    }

    int pfn(int i) {
        return pfns[i];
    }

    boolean isRead(int i) {
        return reads[i];
    }

    /// The end of the request that begins with page `i`.
    int endOfRequest(int i) {
        int end = i + 1;
        while (end < pages && !begins[end]) {
            end++;
        }
        return end;
    }

    void clear() {
        pages = 0;
        requests = 0;
    }
}
