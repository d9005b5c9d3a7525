package org.gleaner.lab.trace.profile;

import java.util.Arrays;

/// For each whole minute of a trace, the least T at which no more pages were promoted in it than a
/// share of the working set at its end: what a control that looks at each minute, as the paper's
/// does, would have wished for.
///
/// Ages are counted by whole seconds in two levels, so that finding T and forgetting a minute take
/// some hundred steps however old pages are.
public final class PromotionMinutes {

    private static final int MINUTE = 60;
    private static final int BLOCK = 256;

    private final double share;
    private final int[] ages = new int[ColdAges.MOST + BLOCK];
    private final int[] blocks = new int[ages.length / BLOCK + 1];

    /// Pages by the second of their last access, of the last [ColdAges#WINDOW] seconds.
    private final int[] seen = new int[ColdAges.WINDOW];

    private int within;
    private int second;

    /// Whole minutes that are over, by their T.
    private final int[] byLeast = new int[ColdAges.MOST + 1];

    PromotionMinutes(double share) {
        this.share = share;
    }

    /// What came out.
    ///
    /// @param minutes whole minutes
    /// @param median the least T that suffices in half of them; 0 if there are none
    /// @param most the same in 98 % of them
    /// @param worst the same in all of them
    public record Measured(int minutes, int median, int most, int worst) {}

    /// Goes on to a second, no earlier than the last.
    void enter(int now) {
        while (now / MINUTE > second / MINUTE) {
            int end = (second / MINUTE + 1) * MINUTE;
            advance(end - 1);
            byLeast[least()]++;
            advance(end);
            int quiet = now / MINUTE - end / MINUTE;
            if (quiet > 0) {
                // Nothing was touched in these, so nothing was promoted.
                byLeast[1] += quiet;
                advance(end + quiet * MINUTE);
            }
        }
        advance(now);
    }

    private void advance(int to) {
        int steps = Math.min(to - second, ColdAges.WINDOW);
        for (int i = 0; i < steps; i++) {
            int slot = (to - i) % ColdAges.WINDOW;
            within -= seen[slot];
            seen[slot] = 0;
        }
        second = to;
    }

    /// A page is touched for the first time.
    void first() {
        seen[second % ColdAges.WINDOW]++;
        within++;
    }

    /// A page is touched again.
    ///
    /// @param last second of its access before
    /// @param age its age now, in whole seconds
    void again(int last, long age) {
        if (second - last < ColdAges.WINDOW) {
            seen[last % ColdAges.WINDOW]--;
            within--;
        }
        first();
        if (age > 0) {
            int at = (int) Math.min(age, ColdAges.MOST);
            ages[at]++;
            blocks[at / BLOCK]++;
        }
    }

    /// The least T of the minute that is over; forgets it.
    private int least() {
        long allowed = (long) Math.floor(share * within);
        int t = 0;
        long older = 0;
        for (int block = blocks.length - 1; block >= 0; block--) {
            if (blocks[block] == 0) {
                continue;
            }
            if (t == 0 && older + blocks[block] > allowed) {
                int at = Math.min(ages.length, (block + 1) * BLOCK) - 1;
                while (older + ages[at] <= allowed) {
                    older += ages[at--];
                }
                t = at + 1;
            }
            older += blocks[block];
            blocks[block] = 0;
            Arrays.fill(ages, block * BLOCK, Math.min(ages.length, (block + 1) * BLOCK), 0);
        }
        return Math.clamp(t, 1, ColdAges.MOST);
    }

    Measured measured() {
        int minutes = Arrays.stream(byLeast).sum();
        return new Measured(
                minutes,
                enough(Math.ceilDiv(minutes, 2)),
                enough((int) Math.ceil(minutes * 0.98)),
                enough(minutes));
    }

    /// The least T that suffices in so many minutes.
    private int enough(int minutes) {
        int t = 0;
        for (int done = 0; done < minutes; ) {
            done += byLeast[++t];
        }
        return t;
    }
}
