package org.gleaner.check;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.jspecify.annotations.Nullable;

/// What a check has found.
///
/// @param rows a search each, in the order in which they were asked for; also those that an
///     interrupt cut off or kept from beginning
/// @param seed of the random schedules, or null if there were none
public record CheckResult(List<Row> rows, @Nullable Long seed, double wallSeconds) {
    public CheckResult {
        rows = List.copyOf(rows);
    }

    /// One search.
    ///
    /// @param bug the bug, or the aging design that was asked for, or `fixed`
    /// @param expectsBug whether it should have found one
    /// @param memory how memory was ordered: `one order`, `x86` or `arm64`
    /// @param bound most preemptions; -1 for any number
    /// @param extent what the answer rests on
    /// @param runs schedules that were run
    /// @param pruned runs that were cut off because what they could show was known
    /// @param steps of the longest run
    /// @param switches of context, in the shrunk schedule; -1 without a finding
    /// @param schedule that leads to the finding, shrunk; empty without one
    /// @param interleaving that run, as text; empty without one
    /// @param run that run, step by step; null without one
    /// @param cpuSeconds of one core
    public record Row(
            String program,
            String bug,
            String source,
            boolean expectsBug,
            String memory,
            @Nullable Finding finding,
            int bound,
            Extent extent,
            long runs,
            long pruned,
            int steps,
            int switches,
            String schedule,
            String interleaving,
            @Nullable Run run,
            double cpuSeconds) {
        /// Whether there is an answer to what was asked.
        public boolean isFinished() {
            return finding != null || extent.isFinished();
        }

        /// Whether all schedules within the bound were run.
        public boolean isExhausted() {
            return extent == Extent.ALL;
        }

        /// Whether it is no failure: what was claimed has been shown. A bug claims that a search
        /// finds it and that its schedule shows it; a program claims that a search goes to its end
        /// without a finding, and that no schedule breaks it. What random schedules find of a bug
        /// is chance, so nothing is claimed.
        public boolean isAsExpected() {
            if (finding != null) {
                return expectsBug;
            }
            return switch (extent) {
                case ALL, ONE -> !expectsBug;
                case SAMPLE -> true;
                case PART, CUT_OFF, NOT_BEGUN -> false;
            };
        }

        /// As in the table.
        public String verdict() {
            if (finding != null) {
                return expectsBug ? "found" : "BROKEN";
            }
            return switch (extent) {
                case ALL -> expectsBug ? "MISSED" : "holds";
                case PART -> "not exhausted";
                case SAMPLE -> expectsBug ? "not found" : "not broken";
                case ONE -> expectsBug ? "NOT SHOWN" : "not broken";
                case CUT_OFF -> "unfinished";
                case NOT_BEGUN -> "not begun";
            };
        }

        /// As it can be asked for.
        public String name() {
            return expectsBug ? program + "/" + bug : program;
        }
    }

    /// A run that broke something, step by step.
    ///
    /// @param asks what the program checks, and what its bug is
    /// @param replay the command that repeats it
    /// @param actors that take part, by name, in the order of their creation
    /// @param steps of them that matter to another, in their order
    public record Run(String asks, String replay, List<String> actors, List<Step> steps) {
        public Run {
            actors = List.copyOf(actors);
            steps = List.copyOf(steps);
        }
    }

    /// One step of a run.
    ///
    /// @param actor by its place in the list
    /// @param privateSteps of the same actor just before, which no other could notice
    /// @param function that takes the step
    /// @param kind of the step, such as `cas`
    /// @param word that is touched; empty for a fence
    /// @param before value of the word; null where that does not matter
    /// @param after likewise; the same as `before` if the step changes nothing
    public record Step(
            int actor,
            int privateSteps,
            String function,
            String kind,
            String word,
            @Nullable String before,
            @Nullable String after) {}

    /// Whether all that was asked for is answered; false if the user stopped it.
    public boolean complete() {
        return rows.stream().allMatch(Row::isFinished);
    }

    /// The searches without an answer, by name.
    public List<String> missing() {
        return rows.stream().filter(row -> !row.isFinished()).map(Row::name).toList();
    }

    /// Whether everything is answered, and nothing came out as a failure.
    public boolean isAsExpected() {
        return rows.stream().allMatch(Row::isAsExpected);
    }

    /// For people.
    public String text() {
        return CheckText.of(this);
    }

    /// How many searches have an answer.
    public int finished() {
        return rows.size() - missing().size();
    }
}
