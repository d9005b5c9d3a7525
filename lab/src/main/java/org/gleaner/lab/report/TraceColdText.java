package org.gleaner.lab.report;

import java.util.List;
import java.util.Locale;
import org.gleaner.lab.run.TraceCold;

/// How cold the memory of traces is, for people.
public final class TraceColdText {

    private TraceColdText() {}

    /// One paragraph for each.
    public static String of(List<TraceCold> traces) {
        return String.join("\n", traces.stream().map(TraceColdText::of).toList());
    }

    /// Both curves for programs: a line for each trace and T.
    public static String csv(List<TraceCold> traces) {
        StringBuilder text =
                new StringBuilder(
                        "trace,seconds,coldPercent,coldAtEndPercent,promotions,promotionPercent\n");
        for (TraceCold trace : traces) {
            for (TraceCold.Point each : trace.curve()) {
                text.append(
                        CsvLine.of(
                                trace.trace(),
                                each.seconds(),
                                each.coldPercent(),
                                each.coldAtEndPercent(),
                                each.promotions(),
                                each.promotionPercent()));
            }
        }
        return text.toString();
    }

    private static String of(TraceCold trace) {
        StringBuilder text = new StringBuilder();
        String times =
                trace.pace() == null
                        ? "by its own times"
                        : "taken as %s accesses a second".formatted(Figures.count(trace.pace()));
        String caveat = trace.caveat().isEmpty() ? "" : "; " + trace.caveat();
        line(
                text,
                "trace %s: %s accesses to %s pages in %s s, %s",
                trace.trace(),
                Figures.count(trace.accesses()),
                Figures.count(trace.distinctPages()),
                Figures.number(trace.seconds()),
                times);
        line(text, "level: %s%s", trace.level(), caveat);
        line(
                text,
                "working set: %s pages touched in the last 120 s, the mean over time",
                Figures.count(Math.round(trace.workingSetPages())));
        text.append('\n').append(table(trace)).append('\n');
        line(
                text,
                "T = %s s is the least whose promotions are %s %% of the working set a minute or"
                        + " fewer; %s %% of memory is colder",
                Figures.count(trace.thresholdSeconds()),
                Figures.number(trace.targetPercent()),
                percent(trace.coldPercent()));
        TraceCold.Minutes minutes = trace.minutes();
        if (minutes.count() > 0) {
            line(
                    text,
                    "minute by minute it is %s s or less in half of %s, %s s in 98 %%, %s s in all",
                    Figures.count(minutes.median()),
                    Figures.count(minutes.count()),
                    Figures.count(minutes.most()),
                    Figures.count(minutes.worst()));
        }
        trace.remarks().forEach(remark -> line(text, "note: %s", remark));
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(Figures.wrapped(format.formatted(values))).append('\n');
    }

    private static TextTable table(TraceCold trace) {
        TextTable table =
                new TextTable(
                        0,
                        "not touched for s",
                        "cold %",
                        "at the end %",
                        "promotions/min",
                        "of working set %/min");
        for (TraceCold.Point each : trace.curve()) {
            if (TraceCold.isRound(each.seconds()) || each.seconds() == trace.thresholdSeconds()) {
                table.row(
                        Figures.count(each.seconds()),
                        percent(each.coldPercent()),
                        percent(each.coldAtEndPercent()),
                        Figures.number(each.promotions()),
                        Figures.number(each.promotionPercent()));
            }
        }
        return table;
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
