package org.gleaner.lab.trace.profile;

import java.util.Arrays;

/// How long pages stay untouched, exactly, for every whole number of seconds up to a day: the two
/// curves of software-defined far memory (Lagar-Cavilla and others, ASPLOS 2019).
///
/// The age of a page is the time since its last access. It is *cold at T* while its age is T or
/// more; an access that finds it so is a *promotion*, for it would have been fetched from far
/// memory. So all that is needed of a trace is the gap between each two accesses to the same page,
/// and from the last one to the end: a gap `g` has `max(0, g - T)` of cold time, and is a promotion
/// at all `T` up to `g`. Gaps are counted by their whole seconds, with the rests added up, which
/// makes both curves exact at whole seconds, in memory for the pages alone.
public final class ColdAges {

    /// Seconds of the window that the working set is counted in, as in the paper.
    public static final int WINDOW = 120;

    /// The largest T, in seconds: a day.
    public static final int MOST = 86_400;

    static final long NANOS = 1_000_000_000;

    private final Gaps closed = new Gaps();
    private final PromotionMinutes minutes;
    private long[] lastNanos = new long[1 << 10];
    private int pages;
    private long accesses;

    /// @param share of the working set that may be promoted in a minute, such as 0.002
    public ColdAges(double share) {
        minutes = new PromotionMinutes(share);
    }

    /// Takes the next access.
    ///
    /// @param id of the page; a new one is the number of pages so far
    /// @param nanos since the beginning of the trace, no less than before
    public void touch(int id, long nanos) {
        int second = (int) Math.min(Integer.MAX_VALUE, nanos / NANOS);
        minutes.enter(second);
        accesses++;
        if (id < pages) {
            long last = lastNanos[id];
            long gap = nanos - last;
            closed.add(gap);
            minutes.again((int) Math.min(Integer.MAX_VALUE, last / NANOS), gap / NANOS);
        } else {
            if (id == lastNanos.length) {
                lastNanos = Arrays.copyOf(lastNanos, id * 2);
            }
            pages++;
            minutes.first();
        }
        lastNanos[id] = nanos;
    }

    /// What was measured of a trace that ends now.
    ///
    /// @param endNanos since its beginning, no less than the last access's
    public Measured measured(long endNanos) {
        Gaps open = new Gaps();
        for (int id = 0; id < pages; id++) {
            open.add(endNanos - lastNanos[id]);
        }
        minutes.enter((int) Math.min(Integer.MAX_VALUE, endNanos / NANOS));
        return new Measured(
                accesses,
                pages,
                endNanos / (double) NANOS,
                closed.coldSeconds(open),
                closed.atLeast(),
                open.atLeast(),
                minutes.measured());
    }

    /// Both curves, by T in seconds, 0 to [#MOST].
    ///
    /// @param seconds that the trace lasts
    /// @param coldSeconds time that pages were cold at T, over all pages; at 0 the time that there
    ///     were pages
    /// @param promotions accesses to pages that were cold at T; at 0 all but first accesses
    /// @param coldAtEnd pages that are cold at T when the trace ends
    /// @param byMinute the least T of each whole minute that has no more promotions than its share
    public record Measured(
            long accesses,
            int pages,
            double seconds,
            double[] coldSeconds,
            long[] promotions,
            long[] coldAtEnd,
            PromotionMinutes.Measured byMinute) {

        /// Pages touched within [#WINDOW] seconds, the mean over time.
        public double workingSet() {
            return (coldSeconds[0] - coldSeconds[WINDOW]) / seconds;
        }

        /// The share of memory that is cold at T, the mean over time: memory is what was touched so
        /// far.
        public double coldShare(int t) {
            return coldSeconds[0] == 0 ? 0 : coldSeconds[t] / coldSeconds[0];
        }

        /// Promotions at T in a minute, as a share of the working set.
        public double promotionRate(int t) {
            return promotions[t] == 0 ? 0 : promotions[t] / (seconds / 60) / workingSet();
        }

        /// The least T, 1 and up, whose rate is `share` or less; [ColdAges#MOST] if none is.
        public int leastWithin(double share) {
            int t = 1;
            while (t < MOST && promotionRate(t) > share) {
                t++;
            }
            return t;
        }
    }

    /// Gaps by their whole seconds; the last class has all from [#MOST] on.
    private static final class Gaps {
        private final long[] count = new long[MOST + 1];
        private final long[] rest = new long[MOST + 1];

        /// Whole seconds of the last class beyond [#MOST].
        private long beyond;

        void add(long nanos) {
            long seconds = nanos / NANOS;
            int at = (int) Math.min(seconds, MOST);
            count[at]++;
            rest[at] += nanos % NANOS;
            beyond += seconds - at;
        }

        /// Gaps of T or more.
        long[] atLeast() {
            long[] sum = count.clone();
            for (int t = MOST - 1; t >= 0; t--) {
                sum[t] += sum[t + 1];
            }
            return sum;
        }

        /// What these and other gaps have beyond T, in seconds.
        double[] coldSeconds(Gaps other) {
            double[] cold = new double[MOST + 1];
            long longer = 0;
            long whole = beyond + other.beyond;
            long nanos = 0;
            for (int t = MOST; t >= 0; t--) {
                whole += longer;
                longer += count[t] + other.count[t];
                nanos += rest[t] % NANOS + other.rest[t] % NANOS;
                whole += rest[t] / NANOS + other.rest[t] / NANOS + nanos / NANOS;
                nanos %= NANOS;
                cold[t] = whole + nanos / (double) NANOS;
            }
            return cold;
        }
    }
}
