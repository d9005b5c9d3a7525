package org.gleaner.lab.run;

import java.util.List;

/// Replays beside each other.
///
/// @param completeness of all, each seed counted by itself
/// @param replays the combinations of which at least one seed came to its end, in the order asked
///     for
/// @param wallSeconds real seconds that all took together
public record ReplayComparison(
        Completeness completeness, List<Seeded<ReplayResult>> replays, double wallSeconds) {

    public ReplayComparison {
        replays = List.copyOf(replays);
    }
}
