package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.gleaner.lab.run.TimingResult;
import org.gleaner.lab.run.TimingResult.Row;
import org.gleaner.lab.validate.Timed;

/// Virtual time beside published times, as text for people: a table for each scenario and what it
/// times, with a line for each number of vCPUs and three columns for each configuration.
public final class TimingText {

    private TimingText() {}

    public static String of(TimingResult result) {
        StringBuilder text = new StringBuilder();
        text.append(Figures.wrapped(result.completeness().line("rows"))).append('\n');
        Map<List<String>, List<Row>> tables = new LinkedHashMap<>();
        for (Row row : played(result)) {
            List<String> key = List.of(row.scenario(), row.metric(), row.source(), row.unit());
            tables.computeIfAbsent(key, _ -> new ArrayList<>()).add(row);
        }
        tables.forEach((key, rows) -> {
            text.append('\n').append(key.get(2)).append(": ").append(key.get(0));
            text.append(", ").append(Timed.of(key.get(1)).meaning()).append(unit(key.get(3)));
            text.append(table(rows)).append(verdict(rows));
        });
        waiting(result).forEach(each -> text.append(Figures.wrapped(each)).append('\n'));
        String scaled =
                "as at full size, from "
                        + result.scale()
                        + " of the memory; off: percent more or less than published";
        text.append('\n').append(Figures.wrapped(scaled)).append('\n');
        for (String each : result.assumptions()) {
            text.append(Figures.wrapped("assumed: " + each)).append('\n');
        }
        for (String failure : result.failures()) {
            text.append(Figures.wrapped("FAILED: " + failure)).append('\n');
        }
        return text.toString();
    }

    private static List<Row> played(TimingResult result) {
        return result.rows().stream().filter(row -> row.gleaner() != null).toList();
    }

    private static String unit(String unit) {
        return (unit.isEmpty() ? ", as a ratio" : ", in " + unit) + '\n';
    }

    /// What is published and nothing plays yet: a line for each scenario.
    private static List<String> waiting(TimingResult result) {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (Row row : result.rows()) {
            if (row.gleaner() == null) {
                String what =
                        "%s %s %s, %s %s"
                                .formatted(
                                        row.id(),
                                        row.configuration(),
                                        Timed.of(row.metric()).meaning(),
                                        number(row.published()),
                                        row.unit());
                rows.computeIfAbsent(row.scenario(), _ -> new ArrayList<>()).add(what.strip());
            }
        }
        List<String> lines = new ArrayList<>();
        rows.forEach((scenario, all) ->
                lines.add("\nwaiting for " + scenario + ": " + String.join("; ", all)));
        return lines;
    }

    private static TextTable table(List<Row> rows) {
        Set<String> configurations = new LinkedHashSet<>();
        Map<Integer, Map<String, Row>> lines = new LinkedHashMap<>();
        for (Row row : rows) {
            configurations.add(row.configuration());
            lines.computeIfAbsent(row.vcpus(), _ -> new LinkedHashMap<>())
                    .put(row.configuration(), row);
        }
        List<String> heading = new ArrayList<>(List.of("vcpus"));
        configurations.forEach(each -> heading.addAll(List.of(each, "gleaner", "off")));
        heading.add("basis");
        TextTable table = new TextTable(0, heading.toArray(String[]::new));
        lines.forEach((vcpus, cells) -> {
            List<String> line = new ArrayList<>(List.of(vcpus.toString()));
            for (String each : configurations) {
                Row row = cells.get(each);
                line.addAll(row == null ? List.of("", "", "") : cells(row));
            }
            line.add(
                    cells.values().stream()
                            .map(Row::basis)
                            .distinct()
                            .collect(Collectors.joining(", ")));
            table.row(line.toArray());
        });
        return table;
    }

    private static List<String> cells(Row row) {
        return List.of(
                number(row.published()),
                row.gleaner() == null ? "" : number(row.gleaner()),
                row.errorPercent() == null
                        ? ""
                        : String.format(Locale.ROOT, "%+.0f", row.errorPercent()));
    }

    private static String number(double value) {
        String format = value < 1 ? "%.3f" : value < 100 ? "%.2f" : "%,.0f";
        return String.format(Locale.ROOT, format, value);
    }

    private static String verdict(List<Row> rows) {
        List<Row> bound = rows.stream().filter(row -> row.within() != null).toList();
        if (bound.isEmpty()) {
            return "shown, without a bound\n";
        }
        String within =
                bound.stream()
                        .map(row -> row.within() + " %")
                        .distinct()
                        .collect(Collectors.joining(", "));
        long hold = bound.stream().filter(Row::holds).count();
        return hold + " of " + bound.size() + " within " + within + '\n';
    }
}
