package org.gleaner.lab.validate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A time, a rate or a ratio of two of them that somebody has published: a line of a table.
///
/// @param place of the line, for faults
/// @param id of the line, a word
/// @param source who published it, and of what
/// @param scenario that plays it: a file beside the table, without `.yaml`, or a bundled one
/// @param vcpus how many there were, each with as much memory as that one
/// @param configuration of the scenario; two of them with a `/` between have the ratio of the first
///     to the second published
/// @param timed what was measured
/// @param value in the unit of what was measured, or a ratio
/// @param within how many percent off it may be; null where it is only shown
/// @param basis what the figure has to do with the constants: `predicted`, `fitted`, or a word like
///     these; [#WAITING] where nothing plays the scenario yet
public record PublishedTime(
        String place,
        String id,
        String source,
        String scenario,
        int vcpus,
        String configuration,
        Timed timed,
        double value,
        @Nullable Integer within,
        String basis) {

    /// The basis of a row that is listed and not run.
    public static final String WAITING = "waiting";

    static final List<String> COLUMNS =
            List.of(
                    "id",
                    "source",
                    "scenario",
                    "vcpus",
                    "configuration",
                    "metric",
                    "value",
                    "within",
                    "basis");

    /// How far `other` is from it.
    public double errorPercent(double other) {
        return 100 * (other / value - 1);
    }

    /// Whether nothing plays its scenario yet.
    public boolean waits() {
        return basis.equals(WAITING);
    }

    /// The configurations it speaks of: one, or numerator and denominator.
    public List<String> configurations() {
        return List.of(configuration.split("/"));
    }

    /// Of the value; empty for a ratio.
    public String unit() {
        return configurations().size() == 1 ? timed.unit() : "";
    }
}
