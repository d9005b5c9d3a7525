package org.gleaner.lab.validate;

import java.util.List;

/// The least and the most that several runs of a real kernel counted.
public record Band(long least, long most) {

    /// Below this a count is compared as if it were this: five for four is no error of 25 %.
    private static final long FEW = 100;

    /// @param counts one or more
    public static Band of(List<Long> counts) {
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (long count : counts) {
            least = Math.min(least, count);
            most = Math.max(most, count);
        }
        return new Band(least, most);
    }

    /// How far `count` is outside, in percent of the nearer end (of 100 where that is less): 0
    /// inside, negative below.
    public double error(long count) {
        if (count < least) {
            return 100.0 * (count - least) / Math.max(least, FEW);
        }
        return count > most ? 100.0 * (count - most) / Math.max(most, FEW) : 0;
    }
}
