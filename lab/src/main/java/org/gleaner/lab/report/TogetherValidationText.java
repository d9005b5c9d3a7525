package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.run.TogetherValidationResult;
import org.gleaner.lab.run.TogetherValidationResult.Row;
import org.gleaner.lab.run.ValidationResult.Comparison;
import org.gleaner.lab.run.ValidationResult.Status;
import org.gleaner.lab.validate.ReclaimCounter;
import org.gleaner.lab.validate.TogetherCell;

/// Traces together beside a real kernel's counts, as text for people: a line for each trace and one
/// for all of them, then what it comes to.
public final class TogetherValidationText {

    private TogetherValidationText() {}

    public static String of(TogetherValidationResult result) {
        StringBuilder text = new StringBuilder();
        text.append(Figures.wrapped(result.completeness().line("rows"))).append('\n');
        List<Row> compared = result.rows().stream().filter(row -> !row.guests().isEmpty()).toList();
        if (!compared.isEmpty()) {
            text.append(rows(compared)).append('\n');
        }
        for (Row row : result.rows()) {
            if (row.status() == Status.REFUSED) {
                String refused = "refused: " + row.reason() + ": " + row.cell();
                text.append(Figures.wrapped(refused)).append('\n');
            }
        }
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
        TextTable table =
                new TextTable(
                        3, "kernel", "lru", "traces", "pages", "pgmajfault", "gleaner", "off");
        for (Row row : rows) {
            TogetherCell cell = row.cell();
            for (int i = 0; i < row.guests().size(); i++) {
                line(table, cell, cell.traces().get(i), limits(cell, i), row.guests().get(i));
            }
            line(table, cell, "  all", Figures.count(cell.memoryPages()), row.all());
        }
        return table;
    }

    /// Of the trace's own cgroup.
    private static String limits(TogetherCell cell, int i) {
        List<String> limits = new ArrayList<>();
        limit(limits, "high", cell.high().get(i));
        limit(limits, "low", cell.low().get(i));
        limit(limits, "max", cell.max().get(i));
        return String.join(", ", limits);
    }

    private static void limit(List<String> limits, String name, long pages) {
        if (pages > 0) {
            limits.add(name + " " + Figures.count(pages));
        }
    }

    private static void line(
            TextTable table,
            TogetherCell cell,
            String who,
            String pages,
            Map<String, Comparison> counters) {
        Comparison faults = counters.get(ReclaimCounter.PGMAJFAULT.statName());
        if (faults != null) {
            table.row(
                    cell.kernel(),
                    cell.mode() + " " + cell.kind(),
                    who,
                    pages,
                    RealCounts.real(faults),
                    RealCounts.gleaner(faults),
                    RealCounts.error(faults));
        }
    }
}
