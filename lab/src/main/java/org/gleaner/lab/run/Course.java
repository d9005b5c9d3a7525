package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/// How the run of a scenario went: the last fields of its result.
///
/// @param completeness of the configurations, and of their ablations if they were asked for
/// @param assumptions what a reader must know to compare the figures with others
/// @param wallSeconds real seconds that the whole run took
public record Course(
        @JsonIgnore Completeness completeness,
        List<String> assumptions,
        List<String> failures,
        double wallSeconds) {

    public Course {
        assumptions = List.copyOf(assumptions);
        failures = List.copyOf(failures);
    }
}
