package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.size.Size;

/// Several guests side by side, a column for each: what they and reclaim did, and how much of each was resident when.
final class NeighboursText {

    private NeighboursText() {}

    /// Of all guests in all configurations: what they did, and what they lost.
    static TextTable summary(NeighboursResult result) {
        TextTable table =
                new TextTable(
                        2,
                        "",
                        "guest",
                        "accesses",
                        "pgmajfault",
                        "pgsteal",
                        "resident",
                        "in the end",
                        "killed");
        for (NeighboursResult.Run run : result.runs()) {
            for (NeighboursResult.Guest guest : run.guests()) {
                table.row(
                        run.configuration().name(),
                        guest.name(),
                        Figures.count(guest.accesses()),
                        Figures.count(guest.memoryStat().getOrDefault("pgmajfault", 0L)),
                        Figures.count(guest.memoryStat().getOrDefault("pgsteal", 0L)),
                        resident(guest.residentPages(), 0),
                        resident(guest.residentPages(), guest.residentPages().size() - 1),
                        guest.killed() ? "yes" : "no");
            }
        }
        return table;
    }

    private static String resident(List<Long> pages, int sample) {
        return pages.isEmpty() ? "-" : Size.approximately(pages.get(sample) * Size.PAGE);
    }

    /// What each guest did, and what was done to it.
    static TextTable guests(NeighboursResult.Run run) {
        List<NeighboursResult.Guest> guests = run.guests();
        TextTable table = Counters.table(run.configuration().name(), names(guests));
        Counters.row(table, "accesses", guests, each -> Figures.count(each.accesses()));
        Counters.row(table, "killed", guests, each -> each.killed() ? "yes" : "no");
        Counters.rows(table, guests.stream().map(NeighboursResult.Guest::memoryStat).toList());
        for (String event : guests.getFirst().memoryEvents().keySet()) {
            Counters.row(
                    table,
                    "events " + event,
                    guests,
                    each -> Figures.count(each.memoryEvents().getOrDefault(event, 0L)));
        }
        return table;
    }

    /// How much of each guest was resident, by time.
    static TextTable resident(NeighboursResult.Run run) {
        List<NeighboursResult.Guest> guests = run.guests();
        TextTable table =
                Counters.table("resident (" + run.configuration().name() + ")", names(guests));
        for (int i = 0; i < run.sampleSeconds().size(); i++) {
            List<Object> row = new ArrayList<>();
            row.add("at " + Figures.number(run.sampleSeconds().get(i)) + " s");
            for (NeighboursResult.Guest guest : guests) {
                row.add(Size.approximately(guest.residentPages().get(i) * Size.PAGE));
            }
            table.row(row.toArray());
        }
        return table;
    }

    private static List<String> names(List<NeighboursResult.Guest> guests) {
        return guests.stream().map(NeighboursResult.Guest::name).toList();
    }
}
