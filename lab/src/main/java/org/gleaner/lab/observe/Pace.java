package org.gleaner.lab.observe;

import org.gleaner.lab.size.Span;

/// How often a host is looked at. The interval doubles, and every other sample goes, whenever there
/// would be more of them than are kept: nobody knows beforehand how long a run will be.
///
/// @param nanos between the first samples
/// @param mostSamples that are kept of a host; half of them at least, of a run that is long enough
/// @param mostRows of all groups of a host together, see [HostSample]
public record Pace(long nanos, int mostSamples, int mostRows) {
    /// Some 500 samples of a run, however long.
    public static final Pace USUAL = new Pace(100_000, 768, 8192);

    private static final int MOST = 1 << 16;

    /// An interval that was asked for, which holds for 65,536 samples.
    public static Pace of(Span interval) {
        return new Pace(interval.nanos(), MOST, MOST);
    }
}
