package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.gleaner.lab.run.FleetInfo;

/// What tables of fleets hold, for people.
public final class FleetInfoText {

    private FleetInfoText() {}

    public static String of(FleetInfo info) {
        StringBuilder text = new StringBuilder();
        line(text, "table %s (%s)", info.table(), info.origin());
        line(text, "level: %s; no access to a page is in it", info.level());
        line(
                text,
                "%s rows, %s %ss in %s s; %s of these are there at either end of that time, so"
                        + " their lives are longer than is known",
                Figures.count(info.rows()),
                Figures.count(info.vms()),
                info.standsFor(),
                Figures.count(Math.round(info.lastSecond() - info.firstSecond())),
                Figures.count(info.cutVms()));
        line(
                text,
                info.unit().equals("GiB")
                        ? "memory in GiB"
                        : "memory in percent of the largest machine's, whose size was not"
                                + " published");
        text.append('\n');
        text.append(table(info, "vms", "of " + info.standsFor() + "s")).append('\n');
        text.append(table(info, "moments", "at a moment")).append('\n');
        Set<String> meanings = new LinkedHashSet<>();
        info.figures().forEach(each -> meanings.add(each.figure() + ": " + each.meaning()));
        meanings.forEach(each -> line(text, "%s", each));
        line(
                text,
                "at a moment: each %s as often as its life is long, as somebody finds them who looks",
                info.standsFor());
        info.notes().forEach(each -> line(text, "note: %s", each));
        return text.toString();
    }

    /// Three digits that mean something, and no more of them than a column has room for.
    private static String number(double value) {
        return value > 0 && value < 0.001 ? "<0.001" : Figures.number(value);
    }

    private static boolean isShare(FleetInfo info, FleetInfo.Spread spread) {
        return info.unit().equals("machine") && spread.isMemory();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(Figures.wrapped(format.formatted(values))).append('\n');
    }

    private static TextTable table(FleetInfo info, String over, String heading) {
        List<String> head = new ArrayList<>(List.of(heading));
        FleetInfo.PERCENTS.forEach(percent -> head.add("p" + percent));
        head.add("mean");
        TextTable table = new TextTable(1, head.toArray(String[]::new));
        for (FleetInfo.Spread each : info.figures()) {
            if (each.over().equals(over)) {
                List<Object> cells = new ArrayList<>(List.of(each.figure()));
                double unit = isShare(info, each) ? 100 : 1;
                each.quantiles().values().forEach(value -> cells.add(number(unit * value)));
                cells.add(number(unit * each.mean()));
                table.row(cells.toArray());
            }
        }
        return table;
    }
}
