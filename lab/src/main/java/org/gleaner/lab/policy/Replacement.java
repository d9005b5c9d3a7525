package org.gleaner.lab.policy;

import org.gleaner.lab.choice.PolicyChoice;

/// A replacement policy at work: a memory of so many frames, empty at first, that pages are brought
/// into on demand. For one thread.
public interface Replacement {

    /// Takes the next accesses of the trace, `[from, to)`; what comes in several pieces counts as
    /// one. Whether an access writes makes no difference.
    ///
    /// @param accesses each a page in bits 0-30, below the number of pages that this was made for
    void run(int[] accesses, int from, int to);

    /// Accesses so far that found their page absent, first ones included.
    long misses();

    /// A policy that decides without knowing the future.
    ///
    /// @param pages in the trace: each is less
    /// @param frames of memory, 1 and up
    /// @throws IllegalArgumentException if it is [PolicyChoice#OPT], which has to see all accesses
    ///     at once
    static Replacement of(PolicyChoice policy, int pages, long frames) {
        int some = (int) Math.clamp(frames, 1, Math.max(1, pages));
        return switch (policy) {
            case LRU -> new LeastRecentlyUsed(pages, some);
            case FIFO -> new Fifo(pages, some);
            case CLOCK -> Clock.unreferencedOnInsert(pages, some);
            case CLOCK_INSERT_THEN_EVICT -> new InsertThenEvictClock(pages, some);
            case CLOCK_REF1_ON_INSERT -> Clock.referencedOnInsert(pages, some);
            case CLOCK_PRO -> new ClockPro(pages, some);
            case ARC -> new Arc(pages, some);
            case CAR -> new Car(pages, some);
            case S3FIFO -> new S3Fifo(pages, some);
            case SIEVE -> new Sieve(pages, some);
            case LIRS -> new Lirs(pages, some);
            case TWO_Q -> new TwoQ(pages, some);
            case OPT -> throw new IllegalArgumentException("OPT needs the future");
        };
    }
}
