package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.lab.run.SensitivityResult;
import org.gleaner.lab.run.SensitivityResult.Effect;
import org.gleaner.lab.run.SensitivityResult.Moved;
import org.gleaner.lab.run.SensitivityResult.Table;
import org.gleaner.lab.validate.Timed;

/// What each constant does to tables of times, as text for people and as lines for programs.
public final class SensitivityText {

    private SensitivityText() {}

    /// A line for each constant, a column for each table.
    public static String of(SensitivityResult result) {
        StringBuilder text = new StringBuilder();
        text.append(Figures.wrapped(result.completeness().line("constants"))).append("\n\n");
        for (int i = 0; i < result.tables().size(); i++) {
            Table table = result.tables().get(i);
            text.append(column(i)).append(": ").append(table.source()).append(": ");
            text.append(table.scenario()).append(", ").append(Timed.of(table.metric()).meaning());
            text.append(", ").append(table.rows()).append(" rows\n");
        }
        text.append('\n').append(matrix(result)).append('\n');
        text.append(
                String.format(
                        Locale.ROOT,
                        """
                        percent by which a table's times change with the constant %d %% down / up:
                        median of its rows, and in brackets the largest change of any; the last line
                        moves all constants by 0.1 %%: no change below that means anything; at %s
                        """,
                        result.percent(),
                        result.scale()));
        if (!result.unfelt().isEmpty()) {
            String unfelt = "no table feels: " + String.join(", ", result.unfelt());
            text.append(Figures.wrapped(unfelt)).append('\n');
        }
        return text.toString();
    }

    private static String column(int table) {
        return "T" + (table + 1);
    }

    private static TextTable matrix(SensitivityResult result) {
        List<String> heading = new ArrayList<>(List.of("constant"));
        for (int i = 0; i < result.tables().size(); i++) {
            heading.add(column(i));
        }
        TextTable matrix = new TextTable(1, heading.toArray(String[]::new));
        for (Moved each : result.constants()) {
            matrix.row(row(each.constant(), each.effects()));
        }
        return matrix.row(row("all, 0.1 %", result.gauge()));
    }

    private static Object[] row(String name, List<Effect> effects) {
        List<String> cells = new ArrayList<>(List.of(name));
        effects.forEach(each -> cells.add(cell(each)));
        return cells.toArray();
    }

    private static String cell(Effect effect) {
        if (effect.largest() == 0) {
            return "-";
        }
        return signed(effect.low())
                + "/"
                + signed(effect.high())
                + " ("
                + number(effect.largest())
                + ")";
    }

    private static String signed(double percent) {
        String number = number(Math.abs(percent));
        return number.equals("0.0") ? "0" : (percent < 0 ? "-" : "+") + number;
    }

    private static String number(double percent) {
        return String.format(Locale.ROOT, percent < 9.95 ? "%.1f" : "%.0f", percent);
    }

    /// A line for each constant and table, under a heading.
    public static String csv(SensitivityResult result) {
        StringBuilder text = new StringBuilder();
        text.append(
                CsvLine.of(
                        "constant",
                        "source",
                        "scenario",
                        "metric",
                        "scale",
                        "percent",
                        "medianDown",
                        "medianUp",
                        "largest",
                        "largestRow"));
        for (Moved each : result.constants()) {
            for (int i = 0; i < each.effects().size(); i++) {
                Table table = result.tables().get(i);
                Effect effect = each.effects().get(i);
                text.append(
                        CsvLine.of(
                                each.constant(),
                                table.source(),
                                table.scenario(),
                                table.metric(),
                                result.scale(),
                                result.percent(),
                                effect.low(),
                                effect.high(),
                                effect.largest(),
                                effect.row()));
            }
        }
        return text.toString();
    }
}
