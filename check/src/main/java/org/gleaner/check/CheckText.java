package org.gleaner.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gleaner.check.CheckResult.Row;

/// A result for people: the table, and below it the interleavings of what should not be or was asked for by
/// name.
final class CheckText {
    /// Fewer searches than this show their interleavings though they came out as they must.
    private static final int FEW = 4;

    private CheckText() {}

    static String of(CheckResult result) {
        StringBuilder out = new StringBuilder();
        out.append(
                String.format(
                        Locale.ROOT,
                        "%-20s %-25s %-14s %6s %10s %7s %6s %8s %8s%n",
                        "program",
                        "variant",
                        "verdict",
                        "bound",
                        "schedules",
                        "pruned",
                        "steps",
                        "switches",
                        "seconds"));
        for (Row row : result.rows()) {
            out.append(
                    String.format(
                            Locale.ROOT,
                            "%-20s %-25s %-14s %6s %10d %7d %6d %8s %8.2f%n",
                            row.program(),
                            row.bug(),
                            row.verdict(),
                            row.bound() < 0 ? "none" : Integer.toString(row.bound()),
                            row.runs(),
                            row.pruned(),
                            row.steps(),
                            row.switches() < 0 ? "-" : Integer.toString(row.switches()),
                            row.cpuSeconds()));
        }
        boolean few = result.rows().size() < FEW;
        for (Row row : result.rows()) {
            Finding finding = row.finding();
            if (finding != null && (few || !row.expectsBug())) {
                out.append("\n").append(row.name()).append(" (").append(row.source());
                out.append(")\n\n").append(row.interleaving());
            }
        }
        out.append(summary(result));
        return out.toString();
    }

    private static String summary(CheckResult result) {
        List<Row> rows = result.rows();
        long bugs = rows.stream().filter(Row::expectsBug).count();
        long found = rows.stream().filter(r -> r.expectsBug() && r.finding() != null).count();
        long held = rows.stream().filter(r -> !r.expectsBug() && r.isAsExpected()).count();
        long runs = rows.stream().mapToLong(Row::runs).sum();
        return String.format(
                Locale.ROOT,
                "%n%d of %d bugs found; %d of %d programs hold; %,d schedules in %.1f s%n",
                found,
                bugs,
                held,
                rows.size() - bugs,
                runs,
                result.wallSeconds());
    }

    static Map<String, String> files(CheckResult result) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("result.json", result.json());
        files.put("report.txt", of(result));
        for (Row row : result.rows()) {
            if (row.finding() != null) {
                files.put(row.name().replace('/', '.') + ".html", row.page());
            }
        }
        return files;
    }
}
