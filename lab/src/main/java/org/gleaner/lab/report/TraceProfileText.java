package org.gleaner.lab.report;

import java.nio.charset.Charset;
import java.util.List;
import org.gleaner.lab.run.TraceInfo;

/// What a trace is like, for people: how its working set goes, how soon pages come back, and where
/// and when it is hot.
final class TraceProfileText {

    /// Rows of the map, where spaces make more.
    private static final int MOST_ROWS = 24;

    /// From no access to most.
    private static final String SHADES = " .:-=+*#%@";

    private TraceProfileText() {}

    static String of(TraceInfo trace, Charset charset) {
        return workingSet(trace, charset)
                + reuse(trace)
                + (trace.heat().isEmpty() ? "" : heat(trace));
    }

    private static String workingSet(TraceInfo trace, Charset charset) {
        long[] sets = trace.workingSetPages().stream().mapToLong(n -> n).toArray();
        long most = 0;
        long sum = 0;
        for (long pages : sets) {
            most = Math.max(most, pages);
            sum += pages;
        }
        return "%nworking set: pages touched in each %,d accesses; mean %,d, most %,d%n  %s%n"
                .formatted(
                        trace.intervalAccesses(),
                        sum / sets.length,
                        most,
                        Sparkline.of(sets, most, charset));
    }

    private static String reuse(TraceInfo trace) {
        StringBuilder text = new StringBuilder();
        text.append("%nreuse: other pages since the last access to the same page%n".formatted());
        long all = trace.distinctPages();
        for (TraceInfo.Distance each : trace.reuseDistances()) {
            all += each.accesses();
        }
        long within = 0;
        for (TraceInfo.Distance each : trace.reuseDistances()) {
            within += each.accesses();
            if (within == 0) {
                continue;
            }
            text.append(
                    "  up to %,10d  %5.1f %%  of accesses; %6.2f %% within%n"
                            .formatted(
                                    each.to(),
                                    100.0 * each.accesses() / all,
                                    100.0 * within / all));
        }
        text.append(
                "  first touches     %5.1f %%%n".formatted(100.0 * trace.distinctPages() / all));
        return text.toString();
    }

    private static String heat(TraceInfo trace) {
        List<TraceInfo.HeatRow> rows = trace.heat();
        int columns = trace.workingSetPages().size();
        double most = 0;
        for (TraceInfo.HeatRow row : rows) {
            for (int i = 0; i < columns; i++) {
                most = Math.max(most, perPage(row, i));
            }
        }
        int width = rows.stream().mapToInt(row -> row.firstPage().length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        text.append(
                "%nheat: memory from top to bottom, time from left to right; '@' is %,.0f accesses%n"
                        .formatted(most));
        text.append("a page, each shade less a third of that; the figure is the pages touched\n");
        for (TraceInfo.HeatRow row : rows.subList(0, Math.min(MOST_ROWS, rows.size()))) {
            text.append("  ").append(" ".repeat(width - row.firstPage().length()));
            text.append(row.firstPage()).append(" |");
            for (int i = 0; i < columns; i++) {
                text.append(shade(perPage(row, i), most));
            }
            text.append("| %,d%n".formatted(row.pages()));
        }
        if (rows.size() > MOST_ROWS) {
            text.append("  and %,d rows more%n".formatted(rows.size() - MOST_ROWS));
        }
        return text.toString();
    }

    private static double perPage(TraceInfo.HeatRow row, int interval) {
        return (double) row.accesses()[interval] / Math.max(1, row.pages());
    }

    private static char shade(double value, double most) {
        if (value <= 0) {
            return SHADES.charAt(0);
        }
        int less = (int) Math.floor(Math.log(most / value) / Math.log(3));
        return SHADES.charAt(Math.clamp(SHADES.length() - 1 - less, 1, SHADES.length() - 1));
    }
}
