package org.gleaner.web.result;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Samples of one series in bounded memory: of each stretch of time two points, which have the
/// least and the most of every column in the order in which they came. So no peak is lost, and a
/// counter that only grows stays one: its least comes first.
///
/// A stretch is two samples long at first, and its two points are these. When there are too many
/// points, neighbouring stretches become one.
final class Stretches {

    private static final int PAIR = 2;

    private final int columns;
    private final int most;
    private final List<Point> points = new ArrayList<>();
    private final List<Point> open = new ArrayList<>();
    private int length = PAIR;
    private long rows;

    private record Point(double second, String phase, double[] values) {}

    /// @param most points, at least four
    Stretches(int columns, int most) {
        this.columns = columns;
        this.most = most;
    }

    void add(double second, String phase, double[] values) {
        rows++;
        open.add(new Point(second, phase, values));
        if (rows % length == 0) {
            close();
            reduceTo(most);
        } else if (open.size() == 2 * PAIR) {
            shrinkOpen();
        }
    }

    /// Makes it still smaller.
    void reduceTo(int most) {
        close();
        while (points.size() > most) {
            List<Point> fewer = new ArrayList<>(points.size() / PAIR + PAIR);
            for (int i = 0; i < points.size(); i += 2 * PAIR) {
                fewer.addAll(pair(points.subList(i, Math.min(i + 2 * PAIR, points.size()))));
            }
            points.clear();
            points.addAll(fewer);
            length *= PAIR;
        }
    }

    long rows() {
        return rows;
    }

    List<Double> seconds() {
        return points.stream().map(Point::second).toList();
    }

    List<String> phases() {
        return points.stream().map(Point::phase).toList();
    }

    /// A column's values; whole numbers as such, null where there is none.
    List<@Nullable Number> column(int column) {
        List<@Nullable Number> values = new ArrayList<>(points.size());
        for (Point point : points) {
            double value = point.values[column];
            if (Double.isNaN(value)) {
                values.add(null);
            } else if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
                values.add((long) value);
            } else {
                values.add(value);
            }
        }
        return values;
    }

    private void close() {
        if (!open.isEmpty()) {
            points.addAll(pair(open));
            open.clear();
        }
    }

    private void shrinkOpen() {
        List<Point> two = pair(open);
        open.clear();
        open.addAll(two);
    }

    /// Two points for all of them; one stays one.
    private List<Point> pair(List<Point> all) {
        if (all.size() <= PAIR) {
            return List.copyOf(all);
        }
        double[] first = new double[columns];
        double[] second = new double[columns];
        for (int column = 0; column < columns; column++) {
            int least = -1;
            int greatest = -1;
            for (int i = 0; i < all.size(); i++) {
                double value = all.get(i).values[column];
                if (Double.isNaN(value)) {
                    continue;
                }
                if (least < 0 || value < all.get(least).values[column]) {
                    least = i;
                }
                // The later of two that are alike: a counter's last value is kept.
                if (greatest < 0 || value >= all.get(greatest).values[column]) {
                    greatest = i;
                }
            }
            int before = Math.min(least, greatest);
            int after = Math.max(least, greatest);
            first[column] = before < 0 ? Double.NaN : all.get(before).values[column];
            second[column] = after < 0 ? Double.NaN : all.get(after).values[column];
        }
        Point start = all.getFirst();
        Point end = all.getLast();
        return List.of(
                new Point(start.second, start.phase, first),
                new Point(end.second, end.phase, second));
    }
}
