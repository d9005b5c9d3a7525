package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.gleaner.lab.run.ErrorBand;
import org.gleaner.lab.run.ErrorBand.Figure;

/// What a scenario's figures may be for all that is known of the constants, as text for people and
/// as lines for programs.
public final class BandText {
    private static final String DOCUMENT = "docs/sensitivity.md";

    private BandText() {}

    /// The ratios, or of a single configuration its figures, and where the bounds come from.
    static String summary(ErrorBand band) {
        return table("error band", band.ratios().isEmpty() ? band.figures() : band.ratios())
                + Figures.wrapped(origin(band))
                + "\n";
    }

    /// The figures of all configurations.
    static String figures(ErrorBand band) {
        return table("error band", band.figures()).toString();
    }

    private static TextTable table(String name, List<Figure> figures) {
        List<String> metrics = ErrorBand.metrics(figures);
        TextTable table =
                new TextTable(
                        1,
                        Stream.concat(Stream.of(name), metrics.stream().map(BandText::words))
                                .toArray(String[]::new));
        for (String of : figures.stream().map(Figure::of).distinct().toList()) {
            List<Object> row = new ArrayList<>(List.of(of));
            for (String metric : metrics) {
                row.add(
                        figures.stream()
                                .filter(each -> each.of().equals(of))
                                .filter(each -> each.metric().equals(metric))
                                .map(BandText::bounds)
                                .findFirst()
                                .orElse("-"));
            }
            table.row(row.toArray());
        }
        return table;
    }

    private static String words(String metric) {
        return metric.endsWith("Seconds")
                ? metric.substring(0, metric.length() - "Seconds".length())
                : metric;
    }

    private static String bounds(Figure figure) {
        return Figures.number(figure.low()) + " to " + Figures.number(figure.high());
    }

    private static String origin(ErrorBand band) {
        return String.format(
                Locale.ROOT,
                "within these are %d %% of %s points in the ranges of the cost constants, at %s: %s",
                band.percent(),
                band.points() < band.asked()
                        ? band.points() + " (of " + band.asked() + ")"
                        : band.points(),
                band.scale(),
                DOCUMENT);
    }

    /// One line for each figure and each ratio, under a heading.
    public static String csv(ErrorBand band) {
        StringBuilder text = new StringBuilder();
        text.append(
                CsvLine.of(
                        "points", "scale", "seed", "percent", "costs", "of", "metric", "value",
                        "low", "high"));
        Stream.concat(band.figures().stream(), band.ratios().stream())
                .forEach(each -> text.append(line(band, each)));
        return text.toString();
    }

    private static String line(ErrorBand band, Figure figure) {
        return CsvLine.of(
                band.points(),
                band.scale(),
                band.seed(),
                band.percent(),
                band.costs(),
                figure.of(),
                figure.metric(),
                figure.value(),
                figure.low(),
                figure.high());
    }
}
