package org.gleaner.lab.execute.parallel;

import java.util.List;

/// How long tasks that run at once will take, from how fast each goes by itself: what is left is
/// left to the slowest, and steps of all together say little of it.
public final class TimeLeft {
    /// A task as it is now.
    ///
    /// @param seconds since it began; 0 if it has not
    /// @param share of it that is done, 0 to 1; 1 once it has ended
    public record State(double seconds, double share) {
        private double left() {
            return seconds * (1 - share) / share;
        }
    }

    private TimeLeft() {}

    /// Seconds, or NaN if nothing is known.
    ///
    /// @param threads how many tasks run at once
    public static double seconds(List<State> tasks, int threads) {
        double longest = 0;
        double left = 0;
        double whole = 0;
        int known = 0;
        for (State task : tasks) {
            if (task.share() > 0) {
                longest = Math.max(longest, task.left());
                left += task.left();
                whole += task.seconds() + task.left();
                known++;
            }
        }
        if (known == 0) {
            return Double.NaN;
        }
        // Those of which nothing is known yet will take as long as the others do.
        double mean = whole / known;
        if (known < tasks.size()) {
            longest = Math.max(longest, mean);
        }
        return Math.max(longest, (left + mean * (tasks.size() - known)) / threads);
    }
}
