package org.gleaner.lab.sample;

import java.util.List;

/// What a sample says of a count, and within what bounds the count of the whole lies.
///
/// The bounds come from *random groups*: parts of the sample that share no page, each of which is
/// taken for a sample of its own. How they scatter gives the error by chance; how far their mean is
/// from the whole sample's estimate gives the error of being small, which grows as samples shrink:
/// a kernel reclaims 32 pages at a time, however few there are. The band is the sum of both, and of
/// what three events that the sample happens to miss would count.
///
/// @param estimate of the whole trace's count
/// @param low the least that the count is taken to be
/// @param high the most
public record Interval(long estimate, long low, long high) {

    /// Of the part by chance; the band is wider.
    public static final double CONFIDENCE = 0.99;

    /// Student's t for [#CONFIDENCE], two-sided, by degrees of freedom.
    private static final double[] T = {
        Double.NaN, 63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499
    };

    /// If something that happens so many times is not seen at all, that is a chance of 5 %.
    private static final double UNSEEN = 3;

    /// @param estimate by the sample
    /// @param groups the estimates by its random groups, at most eight; with fewer than two there
    ///     is no bound but the next
    /// @param share of all pages that are in the sample, more than 0
    /// @param least that the count can be
    /// @param most that it can be
    public static Interval of(
            double estimate, List<Double> groups, double share, long least, long most) {
        long middle = Math.clamp(Math.round(estimate), least, most);
        int n = groups.size();
        if (n < 2) {
            return new Interval(middle, least, most);
        }
        double mean = groups.stream().mapToDouble(each -> each).sum() / n;
        double squares = groups.stream().mapToDouble(each -> (each - mean) * (each - mean)).sum();
        double chance = T[n - 1] * Math.sqrt(squares / (n - 1) / n);
        double half = chance + Math.abs(mean - estimate) + UNSEEN / share;
        return new Interval(
                middle,
                Math.clamp((long) Math.floor(estimate - half), least, most),
                Math.clamp((long) Math.ceil(estimate + half), least, most));
    }
}
