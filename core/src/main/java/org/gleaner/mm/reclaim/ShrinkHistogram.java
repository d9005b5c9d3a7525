package org.gleaner.mm.reclaim;

import org.gleaner.machine.OneCpu;

/// What rounds of eviction did, by priority, as the tracepoint `mm_vmscan_lru_shrink_inactive`
/// would count it: rounds that isolated something, pages examined in them, pages freed. One per
/// CPU; summed by reports.
@OneCpu
public final class ShrinkHistogram {
    private static final int PRIORITIES = ScanControl.DEF_PRIORITY + 1;

    private final long[] rounds = new long[PRIORITIES];
    private final long[] scanned = new long[PRIORITIES];
    private final long[] freed = new long[PRIORITIES];

    void count(int priority, long nrScanned, long nrFreed) {
        rounds[priority]++;
        scanned[priority] += nrScanned;
        freed[priority] += nrFreed;
    }

    void add(ShrinkHistogram other) {
        for (int p = 0; p < PRIORITIES; p++) {
            rounds[p] += other.rounds[p];
            scanned[p] += other.scanned[p];
            freed[p] += other.freed[p];
        }
    }

    /// Rounds at a priority, 12 to 0, that isolated at least one folio.
    public long rounds(int priority) {
        return rounds[priority];
    }

    /// Pages that those rounds examined, isolated or sorted.
    public long scanned(int priority) {
        return scanned[priority];
    }

    /// Pages that they freed.
    public long freed(int priority) {
        return freed[priority];
    }
}
