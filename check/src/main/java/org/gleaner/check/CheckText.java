package org.gleaner.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.check.CheckResult.Row;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.MemoryModel;

/// A result for people: the table, and below it the interleavings of what should not be or was
/// asked for by name.
final class CheckText {
    /// Fewer searches than this show their interleavings though they came out as they must.
    private static final int FEW = 4;

    /// Missing searches that the first line names; the table names all.
    private static final int NAMED = 6;

    private CheckText() {}

    static String of(CheckResult result) {
        StringBuilder out = new StringBuilder(completeness(result)).append("\n\n");
        table(result.rows(), out);
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

    /// Bugs stand below their program.
    private static void table(List<Row> rows, StringBuilder out) {
        out.append(
                String.format(
                        Locale.ROOT,
                        "%-32s %-13s %5s %9s %7s %8s%n",
                        "program",
                        "verdict",
                        "bound",
                        "schedules",
                        "pruned",
                        "seconds"));
        String program = "";
        for (Row row : rows) {
            if (row.expectsBug() && !row.program().equals(program)) {
                out.append(row.program()).append('\n');
            }
            program = row.program();
            out.append(
                    String.format(
                            Locale.ROOT,
                            "%-32s %-13s %5s %9d %7d %8.2f%n",
                            row.expectsBug() ? "  " + row.bug() : program,
                            row.verdict(),
                            bound(row),
                            row.runs(),
                            row.pruned(),
                            row.cpuSeconds()));
        }
    }

    /// What comes first, so that a part is not taken for the whole.
    private static String completeness(CheckResult result) {
        List<String> missing = result.missing();
        int asked = result.rows().size();
        String count =
                asked - missing.size() + " of " + asked + (asked == 1 ? " search" : " searches");
        if (result.rows().stream().allMatch(row -> row.memory().equals(MemoryModel.ARM64.id))) {
            count += " in arm64's memory";
        }
        if (missing.isEmpty()) {
            return "complete: " + count;
        }
        List<String> named = new ArrayList<>(missing.subList(0, Math.min(NAMED, missing.size())));
        if (missing.size() > named.size()) {
            named.add("and " + (missing.size() - named.size()) + " more");
        }
        return "INCOMPLETE (interrupted): " + count + "; missing: " + String.join(", ", named);
    }

    private static String bound(Row row) {
        return switch (row.extent()) {
            case ALL, PART, CUT_OFF -> row.bound() < 0 ? "none" : Integer.toString(row.bound());
            case SAMPLE, ONE, NOT_BEGUN -> "-";
        };
    }

    private static String summary(CheckResult result) {
        if (result.rows().getFirst().extent() == Extent.ONE) {
            return "\n" + ofOneSchedule(result.rows().getFirst()) + "\n";
        }
        List<Row> rows = result.rows();
        long bugs = rows.stream().filter(Row::expectsBug).count();
        long found = rows.stream().filter(r -> r.expectsBug() && r.finding() != null).count();
        long held = rows.stream().filter(r -> !r.expectsBug() && r.isAsExpected()).count();
        long broken = rows.stream().filter(r -> !r.expectsBug() && r.finding() != null).count();
        long runs = rows.stream().mapToLong(Row::runs).sum();
        boolean sample = result.seed() != null;
        return String.format(
                Locale.ROOT,
                "%n%s%d of %d bugs found; %d of %d programs %s; %,d %s in %.1f s%s%n",
                result.complete() ? "" : "INCOMPLETE: ",
                found,
                bugs,
                sample ? broken : held,
                rows.size() - bugs,
                sample ? "broken" : "hold",
                runs,
                sample ? "random schedules of seed " + result.seed() : "schedules",
                result.wallSeconds(),
                sample ? "; a sample proves nothing" : "");
    }

    private static String ofOneSchedule(Row row) {
        if (row.expectsBug()) {
            return row.finding() == null
                    ? "this schedule does not show the bug"
                    : "this schedule shows the bug";
        }
        return row.finding() == null
                ? "this schedule breaks nothing; others may"
                : "this schedule breaks what should be right";
    }
}
