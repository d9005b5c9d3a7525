package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// S3-FIFO by algorithm 1 of Yang and others (SOSP 2023): a small queue that newcomers pass, a main
/// queue for those used twice while they did, and a ghost queue of those that were not, whose
/// return goes to the main queue.
///
/// The small queue has a tenth of the frames, rounded down but one at least; the ghost queue
/// remembers as many pages as the main queue may hold. A page counts up to three uses; on its way
/// to the main queue it loses them.
final class S3Fifo implements Replacement {

    private static final int SMALL = 1;
    private static final int MAIN = 2;
    private static final int GHOST = 3;
    private static final int MOST_USES = 3;

    /// Uses while in the small queue from which a page is kept.
    private static final int KEPT_FROM = 2;

    private final int frames;
    private final int small;
    private final int main;
    private final PageLists queues;
    private final byte[] uses;
    private long misses;

    S3Fifo(int pages, int frames) {
        this.frames = frames;
        small = Math.max(1, frames / 10);
        main = frames - small;
        queues = new PageLists(pages, GHOST);
        uses = new byte[pages];
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            int queue = queues.of(page);
            if (queue == SMALL || queue == MAIN) {
                if (uses[page] < MOST_USES) {
                    uses[page]++;
                }
            } else {
                misses++;
                insert(page);
            }
        }
    }

    private void insert(int page) {
        while (queues.size(SMALL) + queues.size(MAIN) >= frames) {
            if (queues.size(SMALL) >= small) {
                evictSmall();
            } else {
                evictMain();
            }
        }
        uses[page] = 0;
        queues.toFront(page, queues.of(page) == GHOST ? MAIN : SMALL);
    }

    private void evictSmall() {
        boolean evicted = false;
        while (!evicted && queues.size(SMALL) > 0) {
            int oldest = queues.last(SMALL);
            if (uses[oldest] >= KEPT_FROM) {
                uses[oldest] = 0;
                queues.toFront(oldest, MAIN);
                if (queues.size(MAIN) > main) {
                    evictMain();
                }
            } else {
                remember(oldest);
                evicted = true;
            }
        }
    }

    private void remember(int page) {
        queues.toFront(page, GHOST);
        if (queues.size(GHOST) > main) {
            queues.remove(queues.last(GHOST));
        }
    }

    private void evictMain() {
        for (; ; ) {
            int oldest = queues.last(MAIN);
            if (uses[oldest] == 0) {
                queues.remove(oldest);
                return;
            }
            uses[oldest]--;
            queues.toFront(oldest, MAIN);
        }
    }

    @Override
    public long misses() {
        return misses;
    }
}
