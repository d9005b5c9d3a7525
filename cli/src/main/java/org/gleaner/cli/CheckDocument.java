package org.gleaner.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.gleaner.check.CheckResult;
import org.gleaner.check.program.Finding;
import org.jspecify.annotations.Nullable;

/// A check as `--json` prints it, behind what says how complete it is and where it comes from.
///
/// @param seed of random schedules; null if there were none
record CheckDocument(
        boolean asExpected,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable Long seed,
        double wallSeconds,
        List<Search> searches) {

    /// One search; what only a finding has is left out without one.
    ///
    /// @param bound most preemptions; null for any number
    /// @param exhausted whether all schedules within the bound were run
    record Search(
            String program,
            String variant,
            String source,
            String verdict,
            boolean asExpected,
            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable Integer bound,
            boolean exhausted,
            long schedules,
            long pruned,
            int steps,
            double cpuSeconds,
            @Nullable String detector,
            @Nullable String finding,
            @Nullable Integer contextSwitches,
            @Nullable String schedule,
            @Nullable String interleaving,
            CheckResult.@Nullable Run run) {
        private static Search of(CheckResult.Row row) {
            Finding finding = row.finding();
            return new Search(
                    row.program(),
                    row.bug(),
                    row.source(),
                    row.verdict(),
                    row.isAsExpected(),
                    row.bound() < 0 ? null : row.bound(),
                    row.isExhausted(),
                    row.runs(),
                    row.pruned(),
                    row.steps(),
                    rounded(row.cpuSeconds()),
                    finding == null ? null : finding.detector().text,
                    finding == null ? null : finding.message(),
                    finding == null ? null : row.switches(),
                    finding == null ? null : row.schedule(),
                    finding == null ? null : row.interleaving(),
                    row.run());
        }
    }

    static CheckDocument of(CheckResult result) {
        return new CheckDocument(
                result.isAsExpected(),
                result.seed(),
                rounded(result.wallSeconds()),
                result.rows().stream().map(Search::of).toList());
    }

    private static double rounded(double seconds) {
        return Math.round(seconds * 1000) / 1000.0;
    }
}
