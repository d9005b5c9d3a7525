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

/// Virtual time beside published times, as text for people: a table for each scenario and what it
/// times, with a line for each number of vCPUs and three columns for each configuration.
public final class TimingText {

    private TimingText() {}

    public static String of(TimingResult result) {
        StringBuilder text = new StringBuilder();
        text.append(result.completeness().line("rows")).append('\n');
        Map<List<String>, List<Row>> tables = new LinkedHashMap<>();
        for (Row row : result.rows()) {
            List<String> key = List.of(row.scenario(), row.metric(), row.source());
            tables.computeIfAbsent(key, _ -> new ArrayList<>()).add(row);
        }
        tables.forEach((key, rows) -> {
            text.append('\n').append(key.get(2)).append(": ").append(key.get(0));
            text.append(", ").append(meaning(key.get(1))).append('\n');
            text.append(table(rows)).append(verdict(rows));
        });
        text.append("\nseconds at full size, from ").append(result.scale());
        text.append(" of the memory; off: percent more or less than published\n");
        for (String each : result.assumptions()) {
            text.append(Figures.wrapped("assumed: " + each)).append('\n');
        }
        for (String failure : result.failures()) {
            text.append("FAILED: ").append(failure).append('\n');
        }
        return text.toString();
    }

    private static String meaning(String metric) {
        return switch (metric) {
            case "dirty" -> "a pass over logged memory";
            case "vcpu" -> "the slowest vCPU while its memory is aged";
            case "pass" -> "an aging pass";
            default -> metric;
        };
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
                seconds(row.published()),
                seconds(row.gleaner()),
                String.format(Locale.ROOT, "%+.0f", row.errorPercent()));
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, value < 1 ? "%.3f" : "%.2f", value);
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
