package org.gleaner.lab.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.gleaner.lab.run.ReplayComparison;

/// What the JSON document of a comparison has besides its replays.
public final class ComparisonFields {

    private ComparisonFields() {}

    /// The differences and the curves that were asked for, by their names.
    public static Map<String, Object> of(ReplayComparison comparison) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (comparison.plan().compared() != null) {
            fields.put("differences", Difference.of(comparison));
        }
        if (comparison.plan().curve()) {
            fields.put("curve", CurveSeries.of(comparison));
        }
        return fields;
    }
}
