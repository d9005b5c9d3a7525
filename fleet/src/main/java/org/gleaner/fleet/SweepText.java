package org.gleaner.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.fleet.spark.SweepTable;
import org.gleaner.lab.report.Figures;
import org.gleaner.lab.report.TextTable;

/// A sweep's table for people.
final class SweepText {

    private static final double MOST_DIGITS = 1e15;

    private SweepText() {}

    /// How far it came, in one line.
    static String head(String name, long finished, long points) {
        String share = finished + " of " + points + (points == 1 ? " point" : " points");
        return (finished == points ? "complete: " : "INCOMPLETE: ")
                + share
                + " of sweep "
                + name
                + "\n";
    }

    static String of(SweepTable table) {
        StringBuilder text =
                new StringBuilder(head(table.name(), table.finished(), table.points()));
        if (!table.rows().isEmpty()) {
            text.append('\n').append(table(table, table.rows()));
        }
        if (table.finished() > table.rows().size()) {
            text.append(
                    table.rows().size() + " of " + table.finished() + " rows; --rows N: more\n");
        }
        if (!table.frontier().isEmpty()) {
            text.append('\n')
                    .append(String.join(" against ", table.frontierOf()))
                    .append(", where nothing is better in both:\n")
                    .append(table(table, table.frontier()));
        }
        return text.append("next: --point N: the command that is point N, and all its figures\n")
                .toString();
    }

    private static String table(SweepTable table, List<SweepTable.Line> lines) {
        List<String> heading = new ArrayList<>(List.of("point"));
        heading.addAll(table.axes());
        heading.addAll(table.figures());
        TextTable text = new TextTable(1 + table.axes().size(), heading.toArray(String[]::new));
        for (SweepTable.Line line : lines) {
            List<Object> cells = new ArrayList<>(List.of(line.point()));
            table.axes().forEach(axis -> cells.add(line.values().getOrDefault(axis, "")));
            for (String figure : table.figures()) {
                Double value = line.figures().get(figure);
                cells.add(value == null ? "-" : number(value));
            }
            text.row(cells.toArray());
            line.failures().stream().limit(1).forEach(why -> text.row("", why));
        }
        return text.toString();
    }

    /// One point, with all that is known of it.
    static String of(SweepTable.Line line) {
        StringBuilder text = new StringBuilder(line.command()).append('\n');
        line.failures().forEach(why -> text.append("failed: ").append(why).append('\n'));
        TextTable table = new TextTable(1, "figure", "value");
        line.figures().forEach((name, value) -> table.row(name, number(value)));
        return text.append('\n').append(table).toString();
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < MOST_DIGITS
                ? String.format(Locale.ROOT, "%,d", (long) value)
                : Figures.number(value);
    }
}
