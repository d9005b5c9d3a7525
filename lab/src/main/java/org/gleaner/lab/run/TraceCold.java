package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.trace.profile.ColdAges;
import org.gleaner.lab.trace.profile.PromotionMinutes;
import org.jspecify.annotations.Nullable;

/// How much of a trace's memory is cold, and how much of that comes back. The components are the
/// fields of the JSON document.
///
/// @param trace its name
/// @param level what its records are: memory, page, region, block or key
/// @param caveat what its records are not; empty for accesses of memory
/// @param pace accesses in a second, as the user said; null if the trace's own times were taken
/// @param seconds that it lasts
/// @param workingSetPages pages touched in the last 120 s, the mean over time
/// @param targetPercent of the working set that may be promoted in a minute
/// @param thresholdSeconds the least T whose promotions stay within that, over the whole trace
/// @param coldPercent of memory, at that T
/// @param minutes whole minutes, each by itself: the least T of its own
/// @param curve by T
public record TraceCold(
        String trace,
        String level,
        String caveat,
        long accesses,
        int distinctPages,
        @Nullable Long pace,
        double seconds,
        double workingSetPages,
        double targetPercent,
        int thresholdSeconds,
        double coldPercent,
        Minutes minutes,
        List<Point> curve,
        List<String> remarks)
        implements Result {

    public TraceCold {
        curve = List.copyOf(curve);
        remarks = List.copyOf(remarks);
    }

    /// @param count whole minutes of the trace
    /// @param median T in seconds that suffices in half of them; 0 if there are none
    /// @param most in 98 % of them
    /// @param worst in all of them
    public record Minutes(int count, int median, int most, int worst) {}

    /// What holds at one T.
    ///
    /// @param seconds T
    /// @param coldPercent of memory not touched for T, the mean over time
    /// @param coldAtEndPercent the same when the trace ends
    /// @param promotions accesses to what was not touched for T, in a minute
    /// @param promotionPercent these as a share of the working set
    public record Point(
            int seconds,
            double coldPercent,
            double coldAtEndPercent,
            double promotions,
            double promotionPercent) {}

    /// What `measured` comes to.
    ///
    /// @param target percent of the working set in a minute
    public static TraceCold of(
            String trace,
            String level,
            String caveat,
            @Nullable Long pace,
            double target,
            ColdAges.Measured measured,
            List<String> remarks) {
        int threshold = measured.leastWithin(target / 100);
        PromotionMinutes.Measured minutes = measured.byMinute();
        return new TraceCold(
                trace,
                level,
                caveat,
                measured.accesses(),
                measured.pages(),
                pace,
                measured.seconds(),
                measured.workingSet(),
                target,
                threshold,
                100 * measured.coldShare(threshold),
                new Minutes(minutes.minutes(), minutes.median(), minutes.most(), minutes.worst()),
                curve(measured, threshold),
                remarks);
    }

    /// Each second up to two minutes, then steps of a fiftieth, with round numbers and the
    /// threshold among them, as far as the trace goes.
    private static List<Point> curve(ColdAges.Measured measured, int threshold) {
        List<Point> points = new ArrayList<>();
        int last = (int) Math.min(ColdAges.MOST, Math.max(1, measured.seconds()));
        int due = 1;
        for (int t = 1; t <= last; t++) {
            if (t == due || t == threshold || isRound(t)) {
                points.add(
                        new Point(
                                t,
                                100 * measured.coldShare(t),
                                100.0 * measured.coldAtEnd()[t] / measured.pages(),
                                measured.promotions()[t] / (measured.seconds() / 60),
                                100 * measured.promotionRate(t)));
            }
            due = t == due ? t + Math.max(1, t / 50 - 1) : due;
        }
        return points;
    }

    /// Whether people think in it: 1, 2 and 5, or in minutes and hours.
    public static boolean isRound(int seconds) {
        return switch (seconds) {
            case 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600 -> true;
            case 7200, 14_400, 28_800, 43_200, 86_400 -> true;
            default -> false;
        };
    }

    @Override
    public List<String> failures() {
        return List.of();
    }
}
