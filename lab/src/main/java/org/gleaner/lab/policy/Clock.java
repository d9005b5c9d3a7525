package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// Clock, also known as second chance (Corbató 1968): a hand goes around the frames, takes the
/// reference bit of each page that has one, and evicts the first that has none. The newcomer is put
/// in that frame, and the hand moves on.
///
/// Two of the three variants are here: they differ in whether a newcomer has its reference bit.
final class Clock implements Replacement {

    static final byte ABSENT = 0;
    static final byte RESIDENT = 1;
    static final byte REFERENCED = 2;

    private final byte[] state;
    private final int[] ring;
    private final byte inserted;
    private int hand;
    private long misses;

    private Clock(int pages, int frames, byte inserted) {
        state = new byte[pages + 1];
        ring = Rings.empty(pages, frames);
        this.inserted = inserted;
    }

    static Clock unreferencedOnInsert(int pages, int frames) {
        return new Clock(pages, frames, RESIDENT);
    }

    /// What demand paging does: the access that faulted sets the bit.
    static Clock referencedOnInsert(int pages, int frames) {
        return new Clock(pages, frames, REFERENCED);
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        int at = hand;
        long absent = 0;
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            if (state[page] != ABSENT) {
                state[page] = REFERENCED;
                continue;
            }
            absent++;
            int victim = ring[at];
            while (state[victim] == REFERENCED) {
                state[victim] = RESIDENT;
                at = at + 1 == ring.length ? 0 : at + 1;
                victim = ring[at];
            }
            state[victim] = ABSENT;
            ring[at] = page;
            state[page] = inserted;
            at = at + 1 == ring.length ? 0 : at + 1;
        }
        hand = at;
        misses += absent;
    }

    @Override
    public long misses() {
        return misses;
    }
}
