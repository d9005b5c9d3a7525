package org.gleaner.check;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a check has found.
///
/// @param rows a search each, in the order of the catalogue
/// @param complete false if the user stopped it
public record CheckResult(List<Row> rows, boolean complete, double wallSeconds) {
    public CheckResult {
        rows = List.copyOf(rows);
    }

    /// One search.
    ///
    /// @param bug the variant, or `fixed`
    /// @param expectsBug whether it should have found one
    /// @param bound most preemptions; -1 for any number
    /// @param exhausted every schedule within the bound is accounted for
    /// @param runs schedules that were run
    /// @param pruned runs that were cut off because what they could show was known
    /// @param steps of the longest run
    /// @param switches of context, in the shrunk schedule; -1 without a finding
    /// @param schedule that leads to the finding, shrunk; empty without one
    /// @param interleaving that run, as text; empty without one
    /// @param page that run, as an HTML page; empty without one
    /// @param cpuSeconds of one core
    public record Row(
            String program,
            String bug,
            String source,
            boolean expectsBug,
            @Nullable Finding finding,
            int bound,
            boolean exhausted,
            long runs,
            long pruned,
            int steps,
            int switches,
            String schedule,
            String interleaving,
            String page,
            double cpuSeconds) {
        /// Whether the search came out as it must: a bug found, or what is right proved so.
        public boolean isAsExpected() {
            return expectsBug ? finding != null : finding == null && exhausted;
        }

        /// As in the table.
        public String verdict() {
            if (finding != null) {
                return expectsBug ? "found" : "BROKEN";
            }
            if (expectsBug) {
                return "MISSED";
            }
            return exhausted ? "holds" : "not exhausted";
        }

        public String name() {
            return bug.equals(Variant.FIXED.name) ? program : program + "/" + bug;
        }
    }

    /// Whether everything came out as it must.
    public boolean isAsExpected() {
        return rows.stream().allMatch(Row::isAsExpected);
    }

    public String text() {
        return CheckText.of(this);
    }

    public String json() {
        return CheckJson.of(this);
    }

    /// File name and contents of everything that is kept.
    public Map<String, String> files() {
        return CheckText.files(this);
    }
}
