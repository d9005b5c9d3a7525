package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// FIFO: the page that came first goes, used or not.
final class Fifo implements Replacement {

    private final boolean[] resident;

    /// Pages in the order in which they came, the oldest at `hand`; a page that does not occur
    /// where there is none yet.
    private final int[] ring;

    private int hand;
    private long misses;

    Fifo(int pages, int frames) {
        resident = new boolean[pages + 1];
        ring = Rings.empty(pages, frames);
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        int at = hand;
        long absent = 0;
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            if (!resident[page]) {
                absent++;
                resident[ring[at]] = false;
                ring[at] = page;
                resident[page] = true;
                at = at + 1 == ring.length ? 0 : at + 1;
            }
        }
        hand = at;
        misses += absent;
    }

    @Override
    public long misses() {
        return misses;
    }
}
