package org.gleaner.lab.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.run.ReplayCaveats;
import org.gleaner.lab.run.ReplayComparison;

/// What the JSON document of a comparison has besides its replays.
public final class ComparisonFields {

    private ComparisonFields() {}

    /// What limits the figures, and the differences and curves that were asked for, by their names.
    public static Map<String, Object> of(ReplayComparison comparison) {
        Map<String, Object> fields = new LinkedHashMap<>();
        List<String> caveats = ReplayCaveats.of(comparison.plan());
        if (!caveats.isEmpty()) {
            fields.put("caveats", caveats);
        }
        if (comparison.plan().compared() != null) {
            fields.put("differences", Difference.of(comparison));
        }
        if (comparison.plan().curve()) {
            fields.put("curve", CurveSeries.of(comparison));
        }
        return fields;
    }
}
