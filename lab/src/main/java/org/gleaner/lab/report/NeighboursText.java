package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.size.Size;
import org.jspecify.annotations.Nullable;

/// Several guests side by side, a column for each: what they and reclaim did, and how much of each
/// was resident when.
final class NeighboursText {

    private NeighboursText() {}

    /// Of all guests in all configurations: what they did, and what they lost.
    static TextTable summary(List<NeighboursResult> bySeed) {
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
        for (List<NeighboursResult.Run> runs :
                BySeed.align(bySeed, NeighboursResult::runs, run -> run.configuration().name())) {
            PageSizeChoice page = runs.getFirst().configuration().pageSize();
            for (List<NeighboursResult.Guest> same :
                    BySeed.align(
                            runs, NeighboursResult.Run::guests, NeighboursResult.Guest::name)) {
                NeighboursResult.Guest guest = same.getFirst();
                table.row(
                        runs.getFirst().configuration().name(),
                        guest.name(),
                        Spread.of(same, NeighboursResult.Guest::accesses).count(),
                        counter(same, "pgmajfault"),
                        counter(same, "pgsteal"),
                        resident(same, false, page),
                        resident(same, true, page),
                        ended(same));
            }
        }
        return table;
    }

    private static String counter(List<NeighboursResult.Guest> same, String name) {
        return Spread.of(same, each -> each.memoryStat().getOrDefault(name, 0L)).count();
    }

    private static String resident(
            List<NeighboursResult.Guest> same, boolean last, PageSizeChoice page) {
        List<Long> pages =
                same.stream()
                        .map(NeighboursResult.Guest::residentPages)
                        .filter(samples -> !samples.isEmpty())
                        .map(samples -> last ? samples.getLast() : samples.getFirst())
                        .sorted()
                        .toList();
        if (pages.isEmpty()) {
            return "-";
        }
        String least = Size.approximately(pages.getFirst() * page.bytes());
        String most = Size.approximately(pages.getLast() * page.bytes());
        return least.equals(most) ? least : least + "-" + most;
    }

    /// Why a guest ended before the others; of several seeds, in how many of them it did.
    private static String ended(List<NeighboursResult.Guest> same) {
        var ends = same.stream().map(NeighboursResult.Guest::end).filter(Objects::nonNull).toList();
        if (same.size() > 1) {
            return ends.size() + " of " + same.size();
        }
        return ends.isEmpty() ? "no" : ends.getFirst().why().label();
    }

    /// One line for each configuration: how long its guests populated, and what that cost them.
    static List<String> populated(List<NeighboursResult> bySeed) {
        return BySeed.align(bySeed, NeighboursResult::runs, run -> run.configuration().name())
                .stream()
                .map(NeighboursText::populatedRuns)
                .toList();
    }

    private static String populatedRuns(List<NeighboursResult.Run> same) {
        Spread throttled =
                Spread.of(
                        same,
                        run ->
                                run.guests().stream()
                                        .mapToDouble(each -> each.populating().throttledSeconds())
                                        .sum());
        Spread high = Spread.of(same, run -> events(run, "high"));
        Spread max = Spread.of(same, run -> events(run, "max"));
        return same.getFirst().configuration().name()
                + ": the guests populated their memory in "
                + Spread.of(same, run -> run.populating().seconds()).number()
                + " s"
                + (high.most() == 0 ? "" : ", above memory.high " + high.count() + " times")
                + (throttled.most() == 0 ? "" : " (asleep for it " + throttled.number() + " s)")
                + (max.most() == 0 ? "" : ", at memory.max " + max.count() + " times");
    }

    private static long events(NeighboursResult.Run run, String name) {
        return run.guests().stream()
                .mapToLong(each -> each.populating().memoryEvents().getOrDefault(name, 0L))
                .sum();
    }

    /// What each guest did, and what was done to it.
    static TextTable guests(NeighboursResult.Run run) {
        List<NeighboursResult.Guest> guests = run.guests();
        TextTable table = Counters.table(run.configuration().name(), names(guests));
        Counters.row(table, "accesses", guests, each -> Figures.count(each.accesses()));
        Counters.row(table, "killed", guests, each -> each.killed() ? "yes" : "no");
        if (guests.stream().anyMatch(each -> each.end() != null)) {
            Counters.row(table, "ended by", guests, each -> endedBy(each.end()));
            Counters.row(table, "ended at s", guests, each -> endedAt(each.end()));
        }
        if (guests.stream().anyMatch(each -> each.throttledSeconds() > 0)) {
            Counters.row(
                    table, "throttled s", guests, each -> Figures.number(each.throttledSeconds()));
        }
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

    /// How much background reclaim had to do.
    static String kswapd(NeighboursResult.Run run) {
        return String.format(
                Locale.ROOT,
                "%s: kswapd worked %s s, %.1f %% of a CPU",
                run.configuration().name(),
                Figures.number(run.kswapd().cpuSeconds()),
                100 * run.kswapd().share());
    }

    /// How much of each guest was resident, by time.
    static TextTable resident(NeighboursResult.Run run) {
        List<NeighboursResult.Guest> guests = run.guests();
        int page = run.configuration().pageSize().bytes();
        TextTable table =
                Counters.table("resident (" + run.configuration().name() + ")", names(guests));
        for (int i = 0; i < run.sampleSeconds().size(); i++) {
            List<Object> row = new ArrayList<>();
            row.add("at " + Figures.number(run.sampleSeconds().get(i)) + " s");
            for (NeighboursResult.Guest guest : guests) {
                row.add(Size.approximately(guest.residentPages().get(i) * page));
            }
            table.row(row.toArray());
        }
        return table;
    }

    private static String endedBy(NeighboursResult.@Nullable End end) {
        return end == null ? "-" : end.why().label();
    }

    private static String endedAt(NeighboursResult.@Nullable End end) {
        return end == null ? "-" : Figures.number(end.seconds());
    }

    /// What it took until all guests were populated, without what stayed zero for all.
    static TextTable populating(NeighboursResult.Run run) {
        List<NeighboursResult.Guest> guests = run.guests();
        TextTable table =
                Counters.table("populating (" + run.configuration().name() + ")", names(guests));
        Counters.row(table, "seconds", guests, each -> Figures.number(each.populating().seconds()));
        if (guests.stream().anyMatch(each -> each.populating().throttledSeconds() > 0)) {
            Counters.row(
                    table,
                    "throttled s",
                    guests,
                    each -> Figures.number(each.populating().throttledSeconds()));
        }
        rows(table, "", guests, each -> each.populating().memoryStat());
        rows(table, "events ", guests, each -> each.populating().memoryEvents());
        return table;
    }

    private static void rows(
            TextTable table,
            String prefix,
            List<NeighboursResult.Guest> guests,
            Function<NeighboursResult.Guest, Map<String, Long>> counters) {
        for (String name : counters.apply(guests.getFirst()).keySet()) {
            if (guests.stream()
                    .anyMatch(each -> counters.apply(each).getOrDefault(name, 0L) != 0)) {
                Counters.row(
                        table,
                        prefix + name,
                        guests,
                        each -> Figures.count(counters.apply(each).getOrDefault(name, 0L)));
            }
        }
    }

    private static List<String> names(List<NeighboursResult.Guest> guests) {
        return guests.stream().map(NeighboursResult.Guest::name).toList();
    }
}
