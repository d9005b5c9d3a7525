package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.run.ValidationResult;
import org.gleaner.lab.run.ValidationResult.Comparison;
import org.gleaner.lab.run.ValidationResult.Row;
import org.gleaner.lab.run.ValidationResult.Status;
import org.gleaner.lab.validate.Cell;
import org.gleaner.lab.validate.ReclaimCounter;
import org.gleaner.lab.validate.Stage2Counter;

/// Replays beside a real kernel's counts, as text for people: a line for each row, then what it
/// comes to.
public final class ValidationText {

    private ValidationText() {}

    public static String of(ValidationResult result) {
        StringBuilder text = new StringBuilder();
        text.append(Figures.wrapped(result.completeness().line("rows"))).append('\n');
        List<Row> compared =
                result.rows().stream().filter(row -> !row.counters().isEmpty()).toList();
        if (!compared.isEmpty()) {
            text.append(rows(compared)).append('\n');
        }
        List<Row> guests = compared.stream().filter(row -> !row.stage2().isEmpty()).toList();
        if (!guests.isEmpty()) {
            text.append(secondStages(guests)).append('\n');
        }
        refused(text, result);
        RealCounts.summary(
                text,
                compared.size(),
                result.rows().size(),
                result.seeds().size(),
                result.summary());
        for (String failure : result.failures()) {
            text.append(Figures.wrapped("FAILED: " + failure)).append('\n');
        }
        return text.toString();
    }

    private static TextTable rows(List<Row> rows) {
        List<String> heading = new ArrayList<>();
        heading.addAll(List.of("kernel", "trace", "lru", "kind", "swap", "pages", "age", "runs"));
        for (ReclaimCounter counter : ReclaimCounter.values()) {
            if (counter.isBound()) {
                heading.addAll(List.of(counter.statName(), "gleaner", "off"));
            } else {
                heading.add(counter.statName().substring("pg".length()));
            }
        }
        TextTable table = new TextTable(5, heading.toArray(String[]::new));
        rows.forEach(row -> table.row(cells(row).toArray()));
        return table;
    }

    /// Of rows whose table tells of it, what the second stage was asked for.
    private static TextTable secondStages(List<Row> rows) {
        List<String> heading = new ArrayList<>(List.of("kernel", "trace", "lru", "on"));
        for (Stage2Counter counter : Stage2Counter.values()) {
            heading.addAll(List.of(counter.statName(), "gleaner", "off"));
        }
        TextTable table = new TextTable(4, heading.toArray(String[]::new));
        for (Row row : rows) {
            Cell cell = row.cell();
            List<String> line = new ArrayList<>();
            line.addAll(List.of(cell.kernel(), cell.trace(), cell.mode()));
            line.add((cell.machine().arch() + " " + cell.machine().cpu()).strip());
            for (Comparison each : row.stage2().values()) {
                compared(line, each);
                line.add(RealCounts.error(each));
            }
            table.row(line.toArray());
        }
        return table;
    }

    private static void compared(List<String> line, Comparison each) {
        line.add(RealCounts.real(each));
        line.add(RealCounts.gleaner(each));
    }

    private static List<String> cells(Row row) {
        Cell cell = row.cell();
        List<String> line = new ArrayList<>();
        line.addAll(List.of(cell.kernel(), cell.trace(), cell.mode(), cell.kind()));
        line.add(cell.swap() + (cell.pageCluster() > 0 ? " " + cell.pageCluster() : ""));
        line.add(Figures.count(cell.memoryPages()));
        line.add(cell.ageEvery() > 0 ? Figures.count(cell.ageEvery()) : "-");
        line.add(Integer.toString(row.runs()));
        for (ReclaimCounter counter : ReclaimCounter.values()) {
            Comparison each = row.counters().get(counter.statName());
            if (each == null) {
                continue;
            }
            if (counter.isBound()) {
                compared(line, each);
            }
            line.add(RealCounts.error(each));
        }
        return line;
    }

    /// Rows that were not compared, by their reasons.
    private static void refused(StringBuilder text, ValidationResult result) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (Row row : result.rows()) {
            if (row.status() == Status.REFUSED) {
                byReason.computeIfAbsent(String.valueOf(row.reason()), _ -> new ArrayList<>())
                        .add(row.cell().toString());
            }
        }
        byReason.forEach((reason, cells) -> {
            String more = cells.size() > 1 ? " and " + (cells.size() - 1) + " more" : "";
            String refused = "refused: " + reason + ": " + cells.getFirst() + more;
            text.append(Figures.wrapped(refused)).append('\n');
        });
    }
}
