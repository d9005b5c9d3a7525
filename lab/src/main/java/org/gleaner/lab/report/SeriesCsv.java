package org.gleaner.lab.report;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.gleaner.lab.observe.Heat;
import org.gleaner.lab.observe.HostColumns;
import org.gleaner.lab.observe.HostSample;
import org.gleaner.lab.observe.HostSeries;

/// What was seen of hosts over time, for programs: `samples.csv` and `heat.csv`.
public final class SeriesCsv {
    private static final int NANO_DIGITS = 9;

    private static final List<String> HEAT =
            List.of(
                    "configuration",
                    "guest",
                    "seconds",
                    "row",
                    "first_page",
                    "pages",
                    "looked_at",
                    "resident",
                    "active",
                    "generation",
                    "age_seconds");

    private SeriesCsv() {}

    /// The files, by name; those that would be empty are left out.
    public static Map<String, FileText> files(List<HostSeries> all) {
        Map<String, FileText> files = new HashMap<>();
        if (!all.isEmpty()) {
            files.put("samples.csv", out -> samples(all, out));
        }
        if (all.stream().anyMatch(each -> !each.heat().isEmpty())) {
            files.put("heat.csv", out -> heat(all, out));
        }
        if (all.stream().anyMatch(each -> each.events() != null)) {
            files.put("trace.json", out -> TraceEventsJson.write(all, out));
        }
        return files;
    }

    /// Those of `samples.csv`, in their order.
    static Stream<String> columns() {
        Stream<String> own = Stream.of("configuration", "group", "seconds", "phase", "interval");
        return Stream.concat(own, HostColumns.NAMES.stream());
    }

    private static void samples(List<HostSeries> all, Appendable out) throws IOException {
        out.append(CsvLine.of(columns()));
        for (HostSeries series : all) {
            String interval = seconds(series.intervalNanos());
            for (HostSample moment : series.moments()) {
                String at = seconds(moment.nanos());
                for (HostSample.Row row : moment.rows()) {
                    out.append(
                            CsvLine.of(series.name(), row.group(), at, moment.phase(), interval)
                                    .stripTrailing());
                    for (long value : row.values()) {
                        out.append(',');
                        out.append(value == HostColumns.NONE ? "" : Long.toString(value));
                    }
                    out.append('\n');
                }
            }
        }
    }

    private static void heat(List<HostSeries> all, Appendable out) throws IOException {
        out.append(CsvLine.of(HEAT.stream()));
        for (HostSeries series : all) {
            for (Heat each : series.heat()) {
                out.append(line(series.name(), each));
            }
        }
    }

    private static String line(String name, Heat heat) {
        return CsvLine.of(
                name,
                heat.guest(),
                seconds(heat.nanos()),
                heat.row(),
                heat.firstPage(),
                heat.pages(),
                heat.lookedAt(),
                heat.resident(),
                heat.active(),
                heat.aged() == 0 ? "" : generation(heat),
                heat.aged() == 0 ? "" : seconds(heat.ageNanos() / heat.aged()));
    }

    private static String generation(Heat heat) {
        return String.format(Locale.ROOT, "%.2f", heat.generations() / (double) heat.aged());
    }

    /// Of a whole number of nanoseconds, exact.
    private static String seconds(long nanos) {
        return BigDecimal.valueOf(nanos, NANO_DIGITS).stripTrailingZeros().toPlainString();
    }
}
