package org.gleaner.mm.swap;

import java.util.Arrays;

/// What one CPU has submitted and its plug holds back (`struct blk_plug`). Private to its CPU.
///
/// A page that continues the newest request is merged into it; requests further back are not looked at.
final class RequestPlug {
    /// Requests held at most; one more sends them first (`BLK_MAX_REQUEST_COUNT`).
    static final int MOST_REQUESTS = 32;

    private int depth;
    private int pages;
    private int requests;
    private int[] slots = new int[64];
    private int[] pfns = new int[64];
    private boolean[] reads = new boolean[64];

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
        return requests == MOST_REQUESTS && !continues(pages, slot, read);
    }

    void add(int slot, int pfn, boolean read) {
        if (!continues(pages, slot, read)) {
            requests++;
        }
        if (pages == slots.length) {
            slots = Arrays.copyOf(slots, 2 * pages);
            pfns = Arrays.copyOf(pfns, 2 * pages);
            reads = Arrays.copyOf(reads, 2 * pages);
        }
        slots[pages] = slot;
        pfns[pages] = pfn;
        reads[pages] = read;
        pages++;
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
        while (end < pages && continues(end, slots[end], reads[end])) {
            end++;
        }
        return end;
    }

    void clear() {
        pages = 0;
        requests = 0;
    }

    private boolean continues(int i, int slot, boolean read) {
        return i > 0 && reads[i - 1] == read && slots[i - 1] + 1 == slot;
    }
}
