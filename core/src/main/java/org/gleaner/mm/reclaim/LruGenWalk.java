package org.gleaner.mm.reclaim;

import org.gleaner.machine.OneCpu;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.lru.MmWalkState;

/// State of a reclaim session's page-table walks (`struct lru_gen_mm_walk`): which lruvec and
/// generation, and the moves not yet accounted to it.
@OneCpu
final class LruGenWalk {
    /// Moves between two visits to lru_lock.
    static final int MAX_LRU_BATCH = 4096;

    private final long[][] nrPages = new long[LruGen.MAX_NR_GENS][2];
    private final long[] met = new long[MmWalkState.COUNTS];
    private int batched;
    Lruvec lruvec;

    /// The walk's sequence number: the youngest generation when it began.
    long seq;

    boolean forceScan;
    boolean canSwap;

    /// Whether it was this walker that came to the end of the list, and so completed the walk of
    /// `seq`.
    boolean completed;

    LruGenWalk(Lruvec lruvec) {
        this.lruvec = lruvec;
    }

    /// A folio was relabelled.
    void moved(int type, int fromSlot, int toSlot, int pages) {
        nrPages[fromSlot][type] -= pages;
        nrPages[toSlot][type] += pages;
        batched++;
    }

    /// Notes what was met, by the counts of [MmWalkState].
    void count(int what, long n) {
        met[what] += n;
    }

    /// What was met and not handed over yet.
    long[] met() {
        return met;
    }

    int batched() {
        return batched;
    }

    /// Hands the moves over; the caller accounts and zeroes them under lru_lock.
    long[][] takeBatch() {
        batched = 0;
        return nrPages;
    }
}
