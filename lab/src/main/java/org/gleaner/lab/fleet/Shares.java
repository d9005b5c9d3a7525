package org.gleaner.lab.fleet;

import org.gleaner.lab.trace.format.TraceBytes;

/// Memory as a share of the largest machine's.
final class Shares {

    /// More is no share: rounding and page cache may bring a little above 1.
    private static final double MOST = 4;

    private Shares() {}

    /// `value`, if it can be one.
    ///
    /// @throws org.gleaner.lab.trace.format.Malformed if not, at the place of `bytes`
    static double checked(TraceBytes bytes, double value, String meaning) {
        if (value < 0 || value > MOST) {
            throw bytes.malformed(
                    "its %s is %s, no share of the largest machine".formatted(meaning, value));
        }
        return value;
    }

    /// What is 0 where nothing was said, as the usage tables have it.
    static double orUnsaid(double value) {
        return value == 0 ? Double.NaN : value;
    }
}
