package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gleaner.lab.run.Combination;
import org.gleaner.lab.run.Factor;
import org.gleaner.lab.run.ReplayComparison;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Sampling;
import org.jspecify.annotations.Nullable;

/// Curves for programs: a line for each point and seed, with the same fields throughout.
public final class CurveCsv {

    private static final List<String> FIELDS =
            List.of(
                    "trace",
                    "kernel",
                    "lru",
                    "through",
                    "aging",
                    "seed",
                    "memory",
                    "memoryPages",
                    "distinctPages",
                    "accesses",
                    "pgmajfault",
                    "pgmajfaultLow",
                    "pgmajfaultHigh",
                    "refaults",
                    "pswpin",
                    "pswpout",
                    "machineSeconds",
                    "stallSeconds");

    private CurveCsv() {}

    /// All points of a comparison, under a heading; misses of policies are the last fields.
    public static String of(ReplayComparison comparison) {
        List<String> policies =
                comparison.plan().policies().stream().map(each -> each.label()).toList();
        StringBuilder text = new StringBuilder();
        text.append(
                CsvLine.of(
                        Stream.concat(
                                FIELDS.stream(), policies.stream().map(each -> "misses_" + each))));
        for (int i = 0; i < comparison.replays().size(); i++) {
            Combination combination = comparison.combinations().get(i);
            for (ReplayResult each : comparison.replays().get(i).bySeed()) {
                text.append(CsvLine.of(fields(combination.value(Factor.MEMORY), each, policies)));
            }
        }
        return text.toString();
    }

    private static Stream<String> fields(String memory, ReplayResult point, List<String> policies) {
        Map<String, Long> misses = point.misses() == null ? Map.of() : point.misses();
        Sampling sample = point.sample();
        List<Object> fields =
                new ArrayList<>(
                        List.of(
                                point.trace(),
                                point.kernel().label(),
                                point.lru().label(),
                                point.through().label(),
                                point.aging() == null ? "" : point.aging().label(),
                                point.seed(),
                                memory,
                                point.memoryPages(),
                                point.distinctPages(),
                                point.accesses(),
                                point.count("pgmajfault"),
                                sample == null ? "" : sample.pgmajfault().low(),
                                sample == null ? "" : sample.pgmajfault().high(),
                                point.refaults(),
                                point.count("pswpin"),
                                point.count("pswpout"),
                                orEmpty(point.machineSeconds()),
                                orEmpty(point.stallSeconds())));
        policies.forEach(each -> fields.add(orEmpty(misses.get(each))));
        return fields.stream().map(Object::toString);
    }

    private static Object orEmpty(@Nullable Object value) {
        return Objects.requireNonNullElse(value, "");
    }
}
