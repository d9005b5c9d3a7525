package org.gleaner.lab.validate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A time that somebody has published: a line of a table.
///
/// @param place of the line, for faults
/// @param id of the line, a word
/// @param source who published it, and of what
/// @param scenario that plays it with one vCPU: a file beside the table, without `.yaml`
/// @param vcpus how many there were, each with as much memory as that one
/// @param configuration of the scenario
/// @param timed what took that long
/// @param within how many percent off it may be; null where it is only shown
/// @param basis what the figure has to do with the constants: `predicted`, `fitted`, or a word like
///     these
public record PublishedTime(
        String place,
        String id,
        String source,
        String scenario,
        int vcpus,
        String configuration,
        Timed timed,
        double seconds,
        @Nullable Integer within,
        String basis) {

    static final List<String> COLUMNS =
            List.of(
                    "id",
                    "source",
                    "scenario",
                    "vcpus",
                    "configuration",
                    "metric",
                    "seconds",
                    "within",
                    "basis");

    /// How far `other` is from it.
    public double errorPercent(double other) {
        return 100 * (other / seconds - 1);
    }
}
