package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.validate.Band;
import org.gleaner.lab.validate.Cell;
import org.jspecify.annotations.Nullable;

/// Replays beside a real kernel's counts. The components are the fields of the JSON document.
///
/// @param boundPercent how far outside its band a row's bound counters may be
/// @param completeness of its rows
/// @param summary shares of the compared rows
/// @param failures rows out of their bound, a line each
@JsonIgnoreProperties("completeness")
public record ValidationResult(
        String table,
        List<Long> seeds,
        int boundPercent,
        Completeness completeness,
        List<Row> rows,
        List<Share> summary,
        List<String> failures,
        double wallSeconds)
        implements Result {

    /// What became of a row.
    public enum Status {
        /// Compared, and within the bound.
        WITHIN,
        /// Compared, and outside of it; or the OOM killer ended the replay.
        OUTSIDE,
        /// Gleaner does not have what the row needs.
        REFUSED
    }

    /// A cell of the table.
    ///
    /// @param runs of the real kernel
    /// @param reason why it was not compared; null if it was
    /// @param counters by the kernel's names; empty if it was not compared
    /// @param stage2 by the names of a replay's `stage2`; empty if the table has none, or it was
    ///     not compared
    public record Row(
            Cell cell,
            int runs,
            Status status,
            @Nullable String reason,
            Map<String, Comparison> counters,
            Map<String, Comparison> stage2) {

        public Row {
            counters = Vmstat.copyOf(counters);
            stage2 = Vmstat.copyOf(stage2);
        }

        /// The same, out of its bound.
        public Row outside() {
            return new Row(cell, runs, Status.OUTSIDE, reason, counters, stage2);
        }
    }

    /// One counter.
    ///
    /// @param least the real kernel's, of all runs
    /// @param most the real kernel's
    /// @param gleaner Gleaner's, one for each seed
    /// @param median of Gleaner's
    /// @param errorPercent how far the median is outside; 0 inside, negative below
    public record Comparison(
            long least, long most, List<Long> gleaner, long median, double errorPercent) {

        /// What Gleaner counted, one for each seed, beside a real kernel's band.
        public static Comparison of(Band band, List<Long> gleaner) {
            List<Long> sorted = gleaner.stream().sorted().toList();
            int half = sorted.size() / 2;
            long median =
                    sorted.size() % 2 == 1
                            ? sorted.get(half)
                            : (sorted.get(half - 1) + sorted.get(half)) / 2;
            return new Comparison(band.least(), band.most(), gleaner, median, band.error(median));
        }
    }

    /// How many compared rows are close.
    ///
    /// @param counter the kernel's name
    /// @param rows whose error is `percent` or less
    /// @param of all compared rows
    public record Share(String counter, int percent, int rows, int of) {}

    public ValidationResult {
        rows = List.copyOf(rows);
        summary = List.copyOf(summary);
        failures = List.copyOf(failures);
    }
}
