package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// Clock as a queue: the newcomer joins its end, without a reference bit, before the hand looks for
/// a victim. Pages that the hand spares join the end after it; if all others are spared, the
/// newcomer comes to be looked at, and goes itself.
final class InsertThenEvictClock implements Replacement {

    private final byte[] state;

    /// The queue: its oldest page at `hand`, its newest before it.
    private final int[] ring;

    private int hand;
    private long misses;

    InsertThenEvictClock(int pages, int frames) {
        state = new byte[pages + 1];
        ring = Rings.empty(pages, frames);
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            if (state[page] != Clock.ABSENT) {
                state[page] = Clock.REFERENCED;
            } else {
                misses++;
                insert(page);
            }
        }
    }

    /// The queue has one page more than the ring has room for until the victim has gone; that page
    /// is carried along.
    private void insert(int page) {
        state[page] = Clock.RESIDENT;
        int carried = page;
        for (; ; ) {
            int oldest = ring[hand];
            ring[hand] = carried;
            hand = hand + 1 == ring.length ? 0 : hand + 1;
            if (state[oldest] != Clock.REFERENCED) {
                state[oldest] = Clock.ABSENT;
                return;
            }
            state[oldest] = Clock.RESIDENT;
            carried = oldest;
        }
    }

    @Override
    public long misses() {
        return misses;
    }
}
