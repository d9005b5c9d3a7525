package org.gleaner.lab.run;

import java.util.Map;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.sample.Interval;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// What a replay of a sample adds to its figures, which are those of the whole trace as the sample
/// tells them.
///
/// @param rate asked for
/// @param pages in the sample
/// @param accesses to them
/// @param memoryPages the limit that these pages had
/// @param groups parts of the sample that were replayed again, for the bands
/// @param confidence that a count of the whole trace lies in its band, or more
/// @param pgmajfault the band of major faults
/// @param misses the band of each policy's misses; null if none was asked for
public record Sampling(
        Scale rate,
        long pages,
        long accesses,
        long memoryPages,
        int groups,
        double confidence,
        Interval pgmajfault,
        @Nullable Map<String, Interval> misses) {

    public Sampling {
        misses = misses == null ? null : Vmstat.copyOf(misses);
    }

    /// The band of a policy's misses; null if it was not asked for.
    public @Nullable Interval misses(PolicyChoice policy) {
        return misses == null ? null : misses.get(policy.label());
    }

    Sampling with(@Nullable Map<String, Interval> bands) {
        return new Sampling(
                rate, pages, accesses, memoryPages, groups, confidence, pgmajfault, bands);
    }
}
