package org.gleaner.mm.swap;

import java.util.Arrays;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.version.KernelVersion;

/// What one CPU has submitted and its plug holds back (`struct blk_plug`). Private to its CPU.
///
/// A page that continues a request is merged into it: into any that is held in 6.1, into the newest
/// only since. A page that begins one first sends what is held, if those are as many as a plug
/// holds, or if the oldest is large already. (So a small read at the head of a plug keeps megabytes
/// of writes in it.)
@OneCpu
final class RequestPlug {
    /// Requests held at most (`BLK_MAX_REQUEST_COUNT`).
    static final int MOST_REQUESTS = 32;

    /// Pages of an oldest request that lets no other join (`BLK_PLUG_FLUSH_SIZE`).
    static final int LARGE = 32;

    /// Pages of the largest request: a queue of 256 descriptors less header and status.
    static final int MOST_PAGES = 254;

    private final boolean mergesIntoAny;
    private int depth;

    private int requests;
    private final int[] sizes = new int[MOST_REQUESTS];
    private final int[] nextSlots = new int[MOST_REQUESTS];
    private final boolean[] reads = new boolean[MOST_REQUESTS];

    private int pages;
    private int[] pfns = new int[64];
    private byte[] requestOf = new byte[64];

    RequestPlug(KernelVersion kernel) {
        mergesIntoAny = kernel == KernelVersion.V6_1;
    }

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
        boolean full = requests == MOST_REQUESTS || requests > 0 && sizes[0] >= LARGE;
        return full && continued(slot, read) < 0;
    }

    void add(int slot, int pfn, boolean read) {
        int request = continued(slot, read);
        if (request < 0) {
            request = requests++;
            sizes[request] = 0;
            reads[request] = read;
        }
        sizes[request]++;
        nextSlots[request] = slot + 1;
        if (pages == pfns.length) {
            pfns = Arrays.copyOf(pfns, 2 * pages);
            requestOf = Arrays.copyOf(requestOf, 2 * pages);
        }
        pfns[pages] = pfn;
        requestOf[pages] = (byte) request;
        pages++;
    }

    /// The request that a page continues, or -1.
    private int continued(int slot, boolean read) {
        int oldest = mergesIntoAny ? 0 : Math.max(0, requests - 1);
        for (int i = requests - 1; i >= oldest; i--) {
            if (nextSlots[i] == slot && reads[i] == read && sizes[i] < MOST_PAGES) {
                return i;
            }
        }
        return -1;
    }

    int requests() {
        return requests;
    }

    /// Pages of a request; the oldest is 0.
    int size(int request) {
        return sizes[request];
    }

    boolean isRead(int request) {
        return reads[request];
    }

    int pages() {
        return pages;
    }

    int pfn(int page) {
        return pfns[page];
    }

    /// The request that a page belongs to.
    int requestOf(int page) {
        return requestOf[page];
    }

    void clear() {
        pages = 0;
        requests = 0;
    }
}
