package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// Virtual time beside published times. The components are the fields of the JSON document.
///
/// @param completeness of its rows
/// @param failures rows out of their bound, a line each
@JsonIgnoreProperties("completeness")
public record TimingResult(
        String table,
        Scale scale,
        Completeness completeness,
        List<Row> rows,
        List<String> assumptions,
        List<String> failures,
        double wallSeconds)
        implements Result {

    public TimingResult {
        rows = List.copyOf(rows);
        assumptions = List.copyOf(assumptions);
        failures = List.copyOf(failures);
    }

    /// A published time.
    ///
    /// @param configuration of the scenario, or two with a `/` between: a ratio
    /// @param metric what was measured
    /// @param unit of the two figures: `s`, `kpages/s`, or empty for a ratio
    /// @param gleaner in virtual time, as at full size; null where nothing plays it yet
    /// @param errorPercent null likewise
    /// @param within how many percent off it may be; null where it is only shown
    /// @param basis what the figure has to do with the constants
    public record Row(
            String id,
            String source,
            String scenario,
            int vcpus,
            String configuration,
            String metric,
            String unit,
            double published,
            @Nullable Double gleaner,
            @Nullable Double errorPercent,
            @Nullable Integer within,
            String basis) {

        /// Whether it is off by no more than it may.
        public boolean holds() {
            return within == null || errorPercent != null && Math.abs(errorPercent) <= within;
        }
    }
}
