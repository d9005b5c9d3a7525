package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.gleaner.lab.run.DirtyLogPerfResult;
import org.gleaner.lab.run.DirtyLogPerfResult.Counts;
import org.gleaner.lab.run.DirtyLogPerfResult.Phase;
import org.gleaner.lab.run.DirtyLogPerfResult.Ratio;
import org.gleaner.lab.run.DirtyLogPerfResult.Run;
import org.gleaner.lab.run.DirtyLogPerfResult.Step;
import org.gleaner.lab.scenario.DirtyLogPerf;

/// What a dirty log cost, a column for each way to end it; and line by line as the selftest
/// `dirty_log_perf_test` says it.
final class DirtyLogText {

    private static final Map<String, ToLongFunction<Counts>> COUNTS = new LinkedHashMap<>();

    static {
        COUNTS.put("slow faults", Counts::slowFaults);
        COUNTS.put("fast faults", Counts::fastFaults);
        COUNTS.put("spurious faults", Counts::spuriousFaults);
        COUNTS.put("retries", Counts::retries);
        COUNTS.put("flushes", Counts::flushes);
        COUNTS.put("splits", Counts::splits);
        COUNTS.put("recovered", Counts::recovered);
        COUNTS.put("yields", Counts::yields);
        COUNTS.put("PML entries", Counts::pmlEntries);
        COUNTS.put("PML full exits", Counts::pmlFullExits);
        COUNTS.put("log bits", Counts::logBits);
    }

    private DirtyLogText() {}

    /// How the log works here: the selftest's first line, and what it has no line for.
    static String mode(DirtyLogPerf scenario) {
        return String.format(
                Locale.ROOT,
                "mode %s, PML %s, eager split %s, hugetlb %s, %d %% writes;\n  iterations %d; %s",
                scenario.mode().label(),
                scenario.pml() ? "on" : "off",
                scenario.eagerSplit() ? "on" : "off",
                scenario.hugetlb().label(),
                scenario.writePercent(),
                scenario.iterations(),
                scenario.runWhileDisabling()
                        ? "the vCPUs run while logging is disabled"
                        : "the vCPUs stop before logging is disabled");
    }

    /// Seconds of each phase.
    static TextTable times(List<DirtyLogPerfResult> bySeed) {
        List<List<Run>> runs = align(bySeed);
        TextTable table = Counters.table("seconds", names(runs));
        for (Phase each : phases(runs)) {
            Counters.row(
                    table,
                    label(each),
                    runs,
                    same -> Spread.of(same, run -> find(run, each).seconds()).number());
        }
        return table;
    }

    /// What happened in the phases that have the same name in all iterations together, where
    /// anything did.
    static TextTable counts(List<DirtyLogPerfResult> bySeed) {
        List<List<Run>> runs = align(bySeed);
        TextTable table = Counters.table("", names(runs));
        for (Step step : Step.values()) {
            COUNTS.forEach((name, count) -> {
                if (runs.stream()
                        .flatMap(List::stream)
                        .anyMatch(run -> sum(run, step, count) > 0)) {
                    Counters.row(
                            table,
                            step(step) + ": " + name,
                            runs,
                            same -> Spread.of(same, run -> sum(run, step, count)).count());
                }
            });
        }
        return table;
    }

    /// What each step from one way to the next was worth.
    static List<String> ratios(List<DirtyLogPerfResult> bySeed) {
        return BySeed.align(
                        bySeed,
                        DirtyLogPerfResult::ratios,
                        ratio -> List.of(ratio.configuration(), ratio.of(), ratio.to()))
                .stream()
                .map(same ->
                        String.format(
                                Locale.ROOT,
                                "disabling takes %s times as long by %s as by %s",
                                Spread.of(same, Ratio::disable).number(),
                                same.getFirst().of().label(),
                                same.getFirst().to().label()))
                .toList();
    }

    /// The lines of the selftest, and one more for each phase in which anything was counted.
    static String lines(Run run, DirtyLogPerf scenario) {
        StringBuilder text = new StringBuilder();
        line(text, "%s, %s", run.configuration().name(), run.ending().label());
        line(text, "%s", mode(scenario));
        line(text, "Test iterations: %d", scenario.iterations());
        for (Phase phase : run.phases()) {
            line(text, "%s: %.9fs", title(phase), phase.seconds());
            List<String> counted = new ArrayList<>();
            COUNTS.forEach((name, count) -> {
                long n = count.applyAsLong(phase.counts());
                if (n > 0) {
                    counted.add(name + " " + Figures.count(n));
                }
            });
            if (!counted.isEmpty()) {
                line(text, "  %s", String.join(", ", counted));
            }
            if (phase.step() == Step.ENABLE) {
                text.append('\n');
            }
        }
        average(text, "Get", run, Step.GET);
        average(text, "Clear", run, Step.CLEAR);
        return text.toString();
    }

    private static void average(StringBuilder text, String what, Run run, Step step) {
        int n = run.phases(step).size();
        if (n > 0) {
            double all = run.seconds(step);
            line(
                    text,
                    "%s dirty log over %d iterations took %.9fs. (Avg %.9fs/iteration)",
                    what,
                    n,
                    all,
                    all / n);
        }
    }

    private static String title(Phase phase) {
        return switch (phase.step()) {
            case POPULATE -> "Populate memory time";
            case ENABLE -> "Enabling dirty logging time";
            case DIRTY -> "Iteration " + phase.iteration() + " dirty memory time";
            case GET -> "Iteration " + phase.iteration() + " get dirty log time";
            case CLEAR -> "Iteration " + phase.iteration() + " clear dirty log time";
            case DISABLE -> "Disabling dirty logging time";
            case TOUCH_AGAIN -> "Touching all again time";
        };
    }

    private static String label(Phase phase) {
        return phase.iteration() == 0
                ? step(phase.step())
                : "%d: %s".formatted(phase.iteration(), step(phase.step()));
    }

    private static String step(Step step) {
        return switch (step) {
            case POPULATE -> "populate";
            case ENABLE -> "enable";
            case DIRTY -> "dirty";
            case GET -> "get";
            case CLEAR -> "clear";
            case DISABLE -> "disable";
            case TOUCH_AGAIN -> "touch again";
        };
    }

    private static List<List<Run>> align(List<DirtyLogPerfResult> bySeed) {
        return BySeed.align(
                bySeed,
                DirtyLogPerfResult::runs,
                run -> List.of(run.configuration().name(), run.ending()));
    }

    private static List<String> names(List<List<Run>> runs) {
        boolean one =
                runs.stream().map(same -> same.getFirst().configuration()).distinct().count() <= 1;
        return runs.stream()
                .map(List::getFirst)
                .map(run -> (one ? "" : run.configuration().name() + " ") + run.ending().label())
                .toList();
    }

    private static List<Phase> phases(List<List<Run>> runs) {
        return runs.isEmpty() ? List.of() : runs.getFirst().getFirst().phases();
    }

    private static Phase find(Run run, Phase like) {
        return run.phases().stream()
                .filter(each -> each.step() == like.step() && each.iteration() == like.iteration())
                .findFirst()
                .orElseThrow();
    }

    private static long sum(Run run, Step step, ToLongFunction<Counts> count) {
        return run.phases(step).stream().map(Phase::counts).mapToLong(count).sum();
    }

    private static void line(StringBuilder text, String format, Object... parts) {
        String line = String.format(Locale.ROOT, format, parts);
        text.append(Figures.wrapped(line)).append('\n');
    }
}
