package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.run.ScenarioFigures.Key;
import org.gleaner.lab.size.Scale;

/// What a scenario's figures may be for all that is known of the constants of virtual time: they
/// were measured again at points of the constants' ranges.
///
/// @param asked how many points were asked for
/// @param points that were measured; fewer if the user stopped it
/// @param scale that they were measured at
/// @param seed of the choice of the points
/// @param percent of the points that lie within the bounds, the outermost on either side left out
/// @param costs the models whose constants were moved, each with a number that changes when its
///     values or ranges do
/// @param figures of each configuration
/// @param ratios how many times as much the first configuration takes as each of the others
public record ErrorBand(
        int asked,
        int points,
        Scale scale,
        long seed,
        int percent,
        String costs,
        List<Figure> figures,
        List<Figure> ratios) {

    /// How many percent of the points are within the bounds.
    public static final int PERCENT = 90;

    public ErrorBand {
        figures = List.copyOf(figures);
        ratios = List.copyOf(ratios);
    }

    /// One figure and its bounds, which the figure itself is within.
    ///
    /// @param of a configuration, or two: `before/after`
    /// @param metric that the figure is of
    /// @param value with the constants as they are
    public record Figure(String of, String metric, double value, double low, double high) {

        /// Whether this is a ratio of what does not differ, to a hundredth.
        boolean same() {
            return of.contains("/") && Math.abs(low - 1) < 1e-2 && Math.abs(high - 1) < 1e-2;
        }
    }

    /// @param center figures with the constants as they are
    /// @param points figures at each of the points, one or more
    public static ErrorBand of(
            int asked,
            Scale scale,
            long seed,
            String costs,
            Map<Key, Double> center,
            List<Map<Key, Double>> points) {
        return new ErrorBand(
                asked,
                points.size(),
                scale,
                seed,
                PERCENT,
                costs,
                bounds(center, points),
                bounds(
                        ScenarioFigures.ratios(center),
                        points.stream().map(ScenarioFigures::ratios).toList()));
    }

    private static List<Figure> bounds(Map<Key, Double> center, List<Map<Key, Double>> points) {
        List<Figure> figures = new ArrayList<>();
        center.forEach((key, value) -> {
            double[] sorted =
                    points.stream()
                            .filter(point -> point.containsKey(key))
                            .mapToDouble(point -> point.getOrDefault(key, 0.0))
                            .sorted()
                            .toArray();
            double low = sorted.length == 0 ? value : share(sorted, (100 - PERCENT) / 200.0);
            double high = sorted.length == 0 ? value : share(sorted, (100 + PERCENT) / 200.0);
            figures.add(
                    new Figure(
                            key.configuration(),
                            key.metric(),
                            value,
                            Math.min(value, low),
                            Math.max(value, high)));
        });
        return figures;
    }

    /// What a share of the values is below, linear between two of them.
    private static double share(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /// This band laid around other figures of the same scenario, such as those of another scale:
    /// as far up and down, in percent.
    ///
    /// @param bySeed one result or more, of which the median is taken
    public ErrorBand around(List<? extends ScenarioResult> bySeed) {
        List<Map<Key, Double>> seeds = new ArrayList<>();
        bySeed.forEach(each -> seeds.add(ScenarioFigures.of(each)));
        return new ErrorBand(
                asked,
                points,
                scale,
                seed,
                percent,
                costs,
                around(figures, median(seeds)),
                around(ratios, median(seeds.stream().map(ScenarioFigures::ratios).toList())));
    }

    private static List<Figure> around(List<Figure> figures, Map<Key, Double> values) {
        List<Figure> moved = new ArrayList<>();
        for (Figure each : figures) {
            Double value = values.get(new Key(each.of(), each.metric()));
            if (value != null && each.value() > 0) {
                moved.add(
                        new Figure(
                                each.of(),
                                each.metric(),
                                value,
                                value * (each.low() / each.value()),
                                value * (each.high() / each.value())));
            }
        }
        return moved;
    }

    private static Map<Key, Double> median(List<Map<Key, Double>> seeds) {
        Map<Key, Double> medians = new LinkedHashMap<>();
        for (Key key : seeds.getFirst().keySet()) {
            double[] sorted =
                    seeds.stream()
                            .filter(each -> each.containsKey(key))
                            .mapToDouble(each -> each.getOrDefault(key, 0.0))
                            .sorted()
                            .toArray();
            medians.put(key, share(sorted, 0.5));
        }
        return medians;
    }

    /// Names of what is measured, in their order, without what is 0 in all configurations or as
    /// long in one as in another.
    public static List<String> metrics(List<Figure> figures) {
        return figures.stream()
                .filter(each -> each.value() != 0)
                .filter(each -> !each.same())
                .map(Figure::metric)
                .distinct()
                .toList();
    }
}
