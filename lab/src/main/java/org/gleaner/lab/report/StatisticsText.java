package org.gleaner.lab.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.run.MeasuredRun;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.RunStatistics.CpuWait;
import org.gleaner.lab.run.RunStatistics.GroupPressure;
import org.gleaner.lab.run.RunStatistics.LockClassUse;
import org.gleaner.lab.run.RunStatistics.StallLine;
import org.gleaner.lab.run.RunStatistics.Stalls;
import org.gleaner.lab.run.ScenarioResult;

/// Who waited for what: stalls of guests, pressure, locks. Of several seeds each figure is the
/// median; the least and the most of all stand below it.
final class StatisticsText {
    private static final double MICROS = 1e-3;
    private static final double MILLIS = 1e3;

    /// Locks that nobody waited for, for a thousandth of the longest waits of all, are left out.
    private static final double LEAST_WAIT = 1e-3;

    private record Column<T>(
            String head, ToDoubleFunction<T> figure, DoubleFunction<String> format) {}

    private static final DoubleFunction<String> COUNT = value -> Figures.count(Math.round(value));
    private static final DoubleFunction<String> PERCENT =
            value -> String.format(Locale.ROOT, "%.2f", value);

    private static final List<Column<Stalls>> STALLS =
            List.of(
                    new Column<>("exits", Stalls::count, COUNT),
                    new Column<>("p50 us", each -> each.p50Nanos() * MICROS, Figures::number),
                    new Column<>("p90", each -> each.p90Nanos() * MICROS, Figures::number),
                    new Column<>("p99", each -> each.p99Nanos() * MICROS, Figures::number),
                    new Column<>("p99.9", each -> each.p999Nanos() * MICROS, Figures::number),
                    new Column<>("p99.99", each -> each.p9999Nanos() * MICROS, Figures::number),
                    new Column<>("max", each -> each.maxNanos() * MICROS, Figures::number));

    private static final List<Column<StallLine>> PRESSURE =
            List.of(
                    new Column<>("avg10", StallLine::avg10, PERCENT),
                    new Column<>("avg60", StallLine::avg60, PERCENT),
                    new Column<>("avg300", StallLine::avg300, PERCENT),
                    new Column<>("total us", StallLine::totalMicros, COUNT),
                    new Column<>(
                            "of the time",
                            StallLine::percent,
                            value -> PERCENT.apply(value) + " %"));

    private static final List<Column<CpuWait>> CPU_WAITS =
            List.of(
                    new Column<>("tasks", CpuWait::tasks, COUNT),
                    new Column<>("waits ms", each -> each.seconds() * MILLIS, Figures::number),
                    new Column<>(
                            "of their time",
                            CpuWait::percent,
                            value -> PERCENT.apply(value) + " %"));

    private static final List<Column<LockClassUse>> LOCKS =
            List.of(
                    new Column<>("acquired", LockClassUse::acquired, COUNT),
                    new Column<>("contended", LockClassUse::contended, COUNT),
                    new Column<>(
                            "avg us", each -> each.averageWaitNanos() * MICROS, Figures::number),
                    new Column<>("max us", each -> each.maxWaitNanos() * MICROS, Figures::number),
                    new Column<>("waits ms", each -> each.waitSeconds() * MILLIS, Figures::number),
                    new Column<>("held ms", each -> each.holdSeconds() * MILLIS, Figures::number));

    private StatisticsText() {}

    /// Of all runs of a scenario, each with a heading; empty with real threads.
    static String of(List<? extends ScenarioResult> bySeed) {
        StringBuilder text = new StringBuilder();
        for (List<? extends MeasuredRun> same :
                BySeed.<ScenarioResult, MeasuredRun>align(
                        List.copyOf(bySeed),
                        each -> List.copyOf(each.runs()),
                        MeasuredRun::label)) {
            List<RunStatistics> all =
                    same.stream().map(MeasuredRun::statistics).filter(Objects::nonNull).toList();
            if (!all.isEmpty()) {
                text.append(text.isEmpty() ? "" : "\n")
                        .append(tables(same.getFirst().label(), all));
            }
        }
        return text.toString();
    }

    /// Of one thing that was run, with each of several seeds.
    static String tables(String label, List<RunStatistics> all) {
        StringBuilder text = new StringBuilder();
        TextTable stalls = table(label + ": stalls", STALLS);
        BySeed.align(all, RunStatistics::stalls, Stalls::name)
                .forEach(same -> rows(stalls, same.getFirst().name(), STALLS, same));
        if (!stalls.isEmpty()) {
            text.append(stalls).append('\n');
        }
        TextTable pressure = table(label + ": pressure", PRESSURE);
        for (List<GroupPressure> same :
                BySeed.align(all, RunStatistics::pressure, GroupPressure::name)) {
            String name = same.getFirst().name();
            line(pressure, name + " some", same, GroupPressure::some);
            line(pressure, name + " full", same, GroupPressure::full);
            line(pressure, name + " per cpu", same, GroupPressure::perCpu);
        }
        text.append(pressure).append('\n');
        TextTable cpuWaits = table(label + ": for a CPU", CPU_WAITS);
        BySeed.align(all, RunStatistics::cpuWaits, CpuWait::name)
                .forEach(same -> rows(cpuWaits, same.getFirst().name(), CPU_WAITS, same));
        if (!cpuWaits.isEmpty()) {
            text.append(cpuWaits).append('\n');
        }
        TextTable locks = table(label + ": locks", LOCKS);
        waitedFor(all).forEach(same -> rows(locks, same.getFirst().name(), LOCKS, same));
        return text.append(locks).toString();
    }

    /// The locks that were waited for longest come first.
    private static List<List<LockClassUse>> waitedFor(List<RunStatistics> all) {
        List<List<LockClassUse>> locks =
                BySeed.align(all, RunStatistics::locks, LockClassUse::name);
        Function<List<LockClassUse>, Double> waits =
                same -> Spread.of(same, LockClassUse::waitSeconds).median();
        double most = locks.stream().map(waits).max(Comparator.naturalOrder()).orElse(0.0);
        return locks.stream()
                .filter(same -> most == 0 || waits.apply(same) >= most * LEAST_WAIT)
                .sorted(Comparator.comparing(waits).reversed())
                .toList();
    }

    private static void line(
            TextTable table,
            String name,
            List<GroupPressure> same,
            Function<GroupPressure, StallLine> line) {
        rows(table, name, PRESSURE, same.stream().map(line).toList());
    }

    private static <T> TextTable table(String first, List<Column<T>> columns) {
        String[] heading = new String[columns.size() + 1];
        heading[0] = first;
        for (int i = 0; i < columns.size(); i++) {
            heading[i + 1] = columns.get(i).head;
        }
        return new TextTable(1, heading);
    }

    private static <T> void rows(
            TextTable table, String name, List<Column<T>> columns, List<T> same) {
        row(table, name, columns, same, Spread::median);
        if (same.size() > 1) {
            row(table, "  least", columns, same, Spread::least);
            row(table, "  most", columns, same, Spread::most);
        }
    }

    private static <T> void row(
            TextTable table,
            String name,
            List<Column<T>> columns,
            List<T> same,
            ToDoubleFunction<Spread> pick) {
        Object[] cells = new Object[columns.size() + 1];
        cells[0] = name;
        for (int i = 0; i < columns.size(); i++) {
            Column<T> column = columns.get(i);
            double value = pick.applyAsDouble(Spread.of(same, column.figure));
            cells[i + 1] = column.format.apply(value);
        }
        table.row(cells);
    }
}
