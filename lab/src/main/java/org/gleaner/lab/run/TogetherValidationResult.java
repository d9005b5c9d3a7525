package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.run.ValidationResult.Comparison;
import org.gleaner.lab.run.ValidationResult.Share;
import org.gleaner.lab.run.ValidationResult.Status;
import org.gleaner.lab.validate.TogetherCell;
import org.jspecify.annotations.Nullable;

/// Traces together beside a real kernel's counts. The components are the fields of the JSON
/// document.
///
/// @param boundPercent how far outside their band the major faults of all traces may be
/// @param boundOfEachPercent and those of each
/// @param completeness of its rows
/// @param summary shares of the compared counts
/// @param failures counts out of their bound, a line each
@JsonIgnoreProperties("completeness")
public record TogetherValidationResult(
        String table,
        List<Long> seeds,
        int boundPercent,
        int boundOfEachPercent,
        Completeness completeness,
        List<Row> rows,
        List<Share> summary,
        List<String> failures,
        double wallSeconds)
        implements Result {

    /// A cell of the table.
    ///
    /// @param runs of the real kernel
    /// @param reason why it was not compared; null if it was
    /// @param guests by the kernel's names of counters, for each trace; empty if it was not
    ///     compared
    /// @param all the sums; empty if it was not compared
    public record Row(
            TogetherCell cell,
            int runs,
            Status status,
            @Nullable String reason,
            List<Map<String, Comparison>> guests,
            Map<String, Comparison> all) {

        public Row {
            guests = guests.stream().map(Vmstat::copyOf).toList();
            all = Vmstat.copyOf(all);
        }
    }

    public TogetherValidationResult {
        rows = List.copyOf(rows);
        summary = List.copyOf(summary);
        failures = List.copyOf(failures);
    }
}
