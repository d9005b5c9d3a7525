package org.gleaner.lab.execute.vary;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.execute.validate.TimingRun;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.CostShift;
import org.gleaner.lab.run.SensitivityResult;
import org.gleaner.lab.run.SensitivityResult.Effect;
import org.gleaner.lab.run.SensitivityResult.Moved;
import org.gleaner.lab.run.SensitivityResult.Table;
import org.gleaner.lab.run.TimingRequest;
import org.gleaner.lab.run.TimingResult;
import org.gleaner.lab.run.TimingResult.Row;
import org.gleaner.machine.Cost;
import org.jspecify.annotations.Nullable;

/// Measures what each constant does to tables of times: the constant is moved down and up by
/// [#PERCENT], all others stay.
///
/// A constant that is never charged changes no time: where the times with more of a constant are
/// the same to the bit, they are not measured with less of it.
public final class SensitivityRun {
    /// How far a constant is moved.
    public static final int PERCENT = 30;

    private static final Move NONE = new Move(null, 1);
    private static final Move LITTLE_LESS = new Move(null, 0.999);
    private static final Move LITTLE_MORE = new Move(null, 1.001);

    /// @param cost that is multiplied; null for all of them
    private record Move(@Nullable Cost cost, double factor) {
        static Move less(Cost cost) {
            return new Move(cost, 1 - PERCENT / 100.0);
        }

        static Move more(Cost cost) {
            return new Move(cost, 1 + PERCENT / 100.0);
        }

        CostShift shift() {
            return cost == null ? CostShift.times(factor) : CostShift.times(cost, factor);
        }
    }

    private record Point(Move move, List<Row> rows) {}

    private final TimingRequest request;
    private final Executors executors;
    private final Progress progress;

    /// Rows of all points that were finished.
    private final Map<Move, List<Row>> measured = new LinkedHashMap<>();

    private SensitivityRun(TimingRequest request, Executors executors, Progress progress) {
        this.request = request;
        this.executors = executors;
        this.progress = progress;
    }

    /// @param request rows, whose bounds do not matter
    /// @return what was finished, if the user stopped it
    /// @throws Cancelled if there is nothing to compare with yet
    public static SensitivityResult run(
            TimingRequest request, Executors executors, Progress progress) {
        return new SensitivityRun(request, executors, progress).run();
    }

    private SensitivityResult run() {
        long start = System.nanoTime();
        List<Cost> all = List.of(Cost.values());
        List<Move> up = new ArrayList<>(List.of(NONE, LITTLE_LESS, LITTLE_MORE));
        all.forEach(cost -> up.add(Move.more(cost)));
        measure("all constants, " + PERCENT + " % up", up);
        List<Row> center = measured.get(NONE);
        if (center == null || !measured.keySet().containsAll(List.of(LITTLE_LESS, LITTLE_MORE))) {
            throw new Cancelled();
        }
        List<Effect> gauge = effects(LITTLE_LESS, LITTLE_MORE);
        List<Cost> known =
                all.stream().filter(cost -> measured.containsKey(Move.more(cost))).toList();
        List<Cost> felt = known.stream().filter(this::isFelt).toList();
        measure(
                felt.size() + " constants, " + PERCENT + " % down",
                felt.stream().map(Move::less).toList());
        List<Moved> moved =
                felt.stream()
                        .filter(cost -> measured.containsKey(Move.less(cost)))
                        .map(cost ->
                                new Moved(cost.name(), effects(Move.less(cost), Move.more(cost))))
                        .sorted(
                                Comparator.comparingDouble((Moved each) -> each.influence(gauge))
                                        .reversed())
                        .toList();
        List<String> unfelt =
                known.stream().filter(cost -> !felt.contains(cost)).map(Cost::name).toList();
        List<String> finished = new ArrayList<>(unfelt);
        moved.forEach(each -> finished.add(each.constant()));
        return new SensitivityResult(
                request.table().toString(),
                request.scale(),
                PERCENT,
                Completeness.of(all.stream().map(Cost::name).toList(), finished),
                List.copyOf(tables(center).keySet()),
                gauge,
                moved,
                unfelt,
                (System.nanoTime() - start) / 1e9);
    }

    private void measure(String name, List<Move> moves) {
        List<Point> points = ShiftedRuns.run(name, moves, this::point, progress);
        points.forEach(point -> measured.put(point.move(), point.rows()));
    }

    private @Nullable Point point(Move move, Progress own) {
        TimingResult result = TimingRun.run(request, executors.with(move.shift()), own);
        return result.completeness().complete() ? new Point(move, played(result)) : null;
    }

    /// Rows that something plays.
    private static List<Row> played(TimingResult result) {
        return result.rows().stream().filter(row -> row.gleaner() != null).toList();
    }

    private List<Row> rows(Move move) {
        return Objects.requireNonNull(measured.get(move));
    }

    private boolean isFelt(Cost cost) {
        return !figures(rows(NONE)).equals(figures(rows(Move.more(cost))));
    }

    private static List<Double> figures(List<Row> rows) {
        return rows.stream().map(SensitivityRun::figure).toList();
    }

    private static double figure(Row row) {
        return Objects.requireNonNull(row.gleaner());
    }

    /// Places of the rows of each table.
    private static Map<Table, List<Integer>> tables(List<Row> rows) {
        Map<List<String>, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            List<String> key = List.of(row.source(), row.scenario(), row.metric());
            places.computeIfAbsent(key, _ -> new ArrayList<>()).add(i);
        }
        Map<Table, List<Integer>> tables = new LinkedHashMap<>();
        places.forEach((key, of) ->
                tables.put(new Table(key.get(0), key.get(1), key.get(2), of.size()), of));
        return tables;
    }

    /// What two moves do to each table.
    private List<Effect> effects(Move down, Move up) {
        List<Effect> effects = new ArrayList<>();
        for (List<Integer> table : tables(rows(NONE)).values()) {
            double[] low = changes(table, down);
            double[] high = changes(table, up);
            int most = 0;
            for (int i = 1; i < low.length; i++) {
                most = largest(low[i], high[i]) > largest(low[most], high[most]) ? i : most;
            }
            String row = rows(NONE).get(table.get(most)).id();
            effects.add(new Effect(median(low), median(high), largest(low[most], high[most]), row));
        }
        return effects;
    }

    private static double largest(double low, double high) {
        return Math.max(Math.abs(low), Math.abs(high));
    }

    /// By how many percent each row of a table changes.
    private double[] changes(List<Integer> table, Move move) {
        return table.stream()
                .mapToDouble(i -> 100 * (figure(rows(move).get(i)) / figure(rows(NONE).get(i)) - 1))
                .toArray();
    }

    private static double median(double... values) {
        double[] sorted = DoubleStream.of(values).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
