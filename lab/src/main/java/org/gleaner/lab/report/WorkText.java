package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.WorkDone;

/// What guests that go through phases did in each, and how configurations compare.
final class WorkText {

    /// Work and its configuration, for several seeds.
    private record Line(String configuration, WorkDone work) {}

    private WorkText() {}

    /// Whether there is anything to tell.
    static boolean applies(NeighboursResult result) {
        return result.runs().stream()
                .flatMap(run -> run.guests().stream())
                .anyMatch(guest -> !guest.phases().isEmpty());
    }

    /// A line for each phase of each configuration.
    static TextTable phases(List<NeighboursResult> bySeed) {
        boolean rounds = works(bySeed.getFirst()).stream().anyMatch(each -> each.round() > 1);
        TextTable table =
                new TextTable(2, "", "phase", "seconds", "ops/s", "mean us", "p50", "p99", "p99.9");
        Function<NeighboursResult, List<Line>> lines = WorkText::lines;
        for (List<Line> same :
                BySeed.align(
                        bySeed,
                        lines,
                        each ->
                                List.of(
                                        each.configuration(),
                                        each.work().round(),
                                        each.work().phase()))) {
            WorkDone first = same.getFirst().work();
            table.row(
                    same.getFirst().configuration(),
                    rounds ? first.phase() + " " + first.round() : first.phase(),
                    number(same, WorkDone::seconds),
                    number(same, WorkDone::operationsPerSecond),
                    number(same, WorkDone::meanMicros),
                    number(same, WorkDone::p50Micros),
                    number(same, WorkDone::p99Micros),
                    number(same, WorkDone::p999Micros));
        }
        return table;
    }

    private static String number(List<Line> same, ToDoubleFunction<WorkDone> figure) {
        return Spread.of(same, each -> figure.applyAsDouble(each.work())).number();
    }

    private static List<WorkDone> works(NeighboursResult result) {
        return result.runs().stream().flatMap(run -> WorkDone.of(result, run).stream()).toList();
    }

    private static List<Line> lines(NeighboursResult result) {
        List<Line> all = new ArrayList<>();
        for (NeighboursResult.Run run : result.runs()) {
            WorkDone.of(result, run)
                    .forEach(work -> all.add(new Line(run.configuration().name(), work)));
        }
        return all;
    }

    /// How each configuration but the first compares with that one.
    static List<String> ratios(List<NeighboursResult> bySeed) {
        List<String> lines = new ArrayList<>();
        List<List<NeighboursResult.Run>> runs =
                BySeed.align(bySeed, NeighboursResult::runs, run -> run.configuration().name());
        for (List<NeighboursResult.Run> each :
                runs.subList(Math.min(1, runs.size()), runs.size())) {
            if (each.size() == runs.getFirst().size()) {
                lines.add(ratio(bySeed, runs.getFirst(), each));
            }
        }
        return lines;
    }

    private static String ratio(
            List<NeighboursResult> bySeed,
            List<NeighboursResult.Run> first,
            List<NeighboursResult.Run> other) {
        String name = other.getFirst().configuration().name();
        String than = first.getFirst().configuration().name();
        WorkDone last = WorkDone.of(bySeed.getFirst(), other.getFirst()).getLast();
        ToDoubleFunction<NeighboursResult.Run> figure =
                last.timed()
                        ? run -> WorkDone.of(bySeed.getFirst(), run).getLast().operationsPerSecond()
                        : WorkDone::lastRoundSeconds;
        List<Double> all = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            all.add(figure.applyAsDouble(other.get(i)) / figure.applyAsDouble(first.get(i)));
        }
        String ratio = Spread.of(all, Double::doubleValue).number();
        return last.timed()
                ? "%s does %s times as much as %s in %s".formatted(name, ratio, than, last.phase())
                : "%s takes %s times as long as %s for a round".formatted(name, ratio, than);
    }

    /// What the host had to do meanwhile: a line for each configuration.
    static TextTable host(List<NeighboursResult> bySeed) {
        TextTable table =
                new TextTable(1, "", "pgmajfault", "pswpout", "kswapd took", "direct took");
        for (List<NeighboursResult.Run> same :
                BySeed.align(bySeed, NeighboursResult::runs, run -> run.configuration().name())) {
            table.row(
                    same.getFirst().configuration().name(),
                    counter(same, "pgmajfault"),
                    counter(same, "pswpout"),
                    counter(same, "pgsteal_kswapd"),
                    counter(same, "pgsteal_direct"));
        }
        return table;
    }

    private static String counter(List<NeighboursResult.Run> same, String name) {
        return Spread.of(same, run -> run.vmstat().getOrDefault(name, 0L)).count();
    }
}
