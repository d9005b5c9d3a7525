package org.gleaner.mm.psi;

import org.gleaner.machine.Racy;

/// The averages of one line of a pressure file, over 10, 60 and 300 seconds: each period's share of
/// stalled time counts with a weight that decays (`calc_avgs`), in the kernel's fixed point.
@Racy("only in virtual time, where one CPU runs at a time")
final class StallAverages {
    private static final int SHIFT = 11;
    private static final int ONE = 1 << SHIFT;

    /// What is left of an average after two seconds, for each.
    private static final long[] DECAYS = {1677, 1981, 2034};

    private final long[] averages = new long[DECAYS.length];

    /// A period is over.
    ///
    /// @param stalledNanos of it, at most all
    void add(long stalledNanos, long periodNanos) {
        long active = stalledNanos * 100 / periodNanos * ONE;
        for (int i = 0; i < DECAYS.length; i++) {
            long load = averages[i];
            long sum = load * DECAYS[i] + active * (ONE - DECAYS[i]);
            averages[i] = (active >= load ? sum + ONE - 1 : sum) / ONE;
        }
    }

    /// The line as it is now.
    PressureLine line(long totalNanos) {
        return new PressureLine(percent(0), percent(1), percent(2), totalNanos);
    }

    /// Two digits behind the point, the rest cut off.
    private double percent(int i) {
        long whole = averages[i] >> SHIFT;
        long hundredths = (averages[i] & ONE - 1) * 100 >> SHIFT;
        return (whole * 100 + hundredths) / 100.0;
    }
}
