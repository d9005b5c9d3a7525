package org.gleaner.lab.advise;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.run.TrialResult;

/// A bound that a figure of every VM has to stay below: `p99 stall < 1ms`.
///
/// @param bound more than 0, in the base of the metric's unit
/// @param text as it is shown
public record Objective(Metric metric, double bound, String text) {

    private static final String EXAMPLE = "write 'p99 stall < 1ms, major faults < 50/s'";
    private static final Pattern BOUND =
            Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*([^\\s\\d.]{1,4})");

    /// What a unit stands for, in the base of its metrics.
    private record Word(Metric.Unit unit, String factor) {}

    private static final Map<String, Word> WORDS =
            Map.of(
                    "ns", new Word(Metric.Unit.TIME, "1"),
                    "us", new Word(Metric.Unit.TIME, "1000"),
                    "µs", new Word(Metric.Unit.TIME, "1000"),
                    "ms", new Word(Metric.Unit.TIME, "1000000"),
                    "s", new Word(Metric.Unit.TIME, "1000000000"),
                    "/s", new Word(Metric.Unit.RATE, "1"),
                    "%", new Word(Metric.Unit.SHARE, "1"));

    /// Reads objectives with commas between them, each metric at most once.
    ///
    /// @throws BadInput if there is none, or one is not understood, without a place
    public static List<Objective> parse(String text) {
        List<Objective> all = new ArrayList<>();
        for (String clause : text.split(",", -1)) {
            Objective one = one(clause.strip());
            if (all.stream().anyMatch(each -> each.metric == one.metric)) {
                throw new BadInput(
                        "", "'" + one.metric.label() + "' has two bounds", "give one of them");
            }
            all.add(one);
        }
        return List.copyOf(all);
    }

    private static Objective one(String clause) {
        if (clause.isEmpty()) {
            throw new BadInput("", "an objective is empty", EXAMPLE);
        }
        int sign = clause.indexOf('<');
        if (sign < 0) {
            throw new BadInput("", "'" + clause + "' has no '<' before its bound", EXAMPLE);
        }
        String name = clause.substring(0, sign).strip().replaceAll("\\s+", " ");
        Metric metric = metric(name);
        String bound = clause.substring(sign + 1).strip();
        Matcher form = BOUND.matcher(bound);
        Word word = form.matches() ? WORDS.get(form.group(2)) : null;
        if (word == null || word.unit() != metric.unit()) {
            throw new BadInput(
                    "",
                    "'" + bound + "' is no bound of '" + metric.label() + "'",
                    "give " + metric.unit().form());
        }
        double value =
                new BigDecimal(form.group(1)).multiply(new BigDecimal(word.factor())).doubleValue();
        if (value <= 0) {
            throw new BadInput(
                    "", "nothing is below '" + bound + "'", "give " + metric.unit().form());
        }
        return new Objective(metric, value, metric.label() + " < " + form.group(1) + form.group(2));
    }

    private static Metric metric(String name) {
        for (Metric each : Metric.values()) {
            if (each.label().equals(name)) {
                return each;
            }
        }
        throw new BadInput(
                "", "unknown objective '" + name + "'", Nearest.mend(name, Metric.labels()));
    }

    /// Whether a VM keeps it.
    boolean holds(TrialResult.Vm vm) {
        return metric.of(vm) < bound;
    }
}
