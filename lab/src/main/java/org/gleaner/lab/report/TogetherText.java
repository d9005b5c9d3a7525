package org.gleaner.lab.report;

import java.util.List;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.TogetherResult;
import org.gleaner.lab.size.Size;

/// What several traces did to each other on one host, for people: a column for each.
public final class TogetherText {

    /// Counters of a guest that are always told.
    private static final List<String> TOLD = List.of("pgmajfault", "pswpin", "pswpout");

    private TogetherText() {}

    /// A paragraph for each host.
    ///
    /// @param all whether all counters are told
    public static String of(List<TogetherResult> hosts, boolean all) {
        StringBuilder text = new StringBuilder();
        for (TogetherResult host : hosts) {
            text.append(text.isEmpty() ? "" : "\n").append(of(host, all));
        }
        return text.toString();
    }

    private static String of(TogetherResult host, boolean all) {
        StringBuilder text = new StringBuilder();
        text.append(
                "%d guests on a host with %s (%s for guests), kernel %s,%n"
                        .formatted(
                                host.guests().size(),
                                Size.approximately(host.hostPages() * host.pageSize().bytes()),
                                Size.approximately(host.usablePages() * host.pageSize().bytes()),
                                host.kernel().label()));
        text.append(
                "lru %s%s, through %s%s, backing %s, swap %s,%nengine %s, seed %d%n%n"
                        .formatted(
                                host.lru().label(),
                                host.lruGen().enabled() ? " " + host.lruGen() : "",
                                host.through().label(),
                                host.aging() == null ? "" : ", aging " + host.aging().label(),
                                host.backing().label(),
                                host.swap().label(),
                                host.engine().label(),
                                host.seed()));
        text.append(table(host, all));
        host.failures().forEach(failure -> text.append("FAILED: ").append(failure).append('\n'));
        if (host.guests().stream().anyMatch(TogetherResult.Guest::paced)) {
            text.append("a guest whose trace has times keeps to them; the others run as fast as")
                    .append(" they can\n");
        }
        if (all) {
            text.append("\nhost:\n");
            host.vmstat().forEach((name, n) -> text.append("  %-32s %,d%n".formatted(name, n)));
            RunStatistics statistics = host.statistics();
            if (statistics != null) {
                text.append('\n').append(StatisticsText.tables("all", List.of(statistics)));
            }
        }
        return text.toString();
    }

    private static String table(TogetherResult host, boolean all) {
        List<TogetherResult.Guest> guests = host.guests();
        TextTable table =
                Counters.table("guest", guests.stream().map(TogetherResult.Guest::trace).toList());
        Counters.row(table, "accesses", guests, each -> Figures.count(each.accesses()));
        Counters.row(table, "distinct pages", guests, each -> Figures.count(each.distinctPages()));
        Counters.row(table, "limit, pages", guests, TogetherText::limit);
        Counters.row(table, "guest s", guests, TogetherText::seconds);
        if (all) {
            Counters.rows(table, guests.stream().map(TogetherResult.Guest::vmstat).toList());
        } else {
            for (String counter : TOLD) {
                Counters.row(
                        table,
                        counter,
                        guests,
                        each -> Figures.count(each.vmstat().getOrDefault(counter, 0L)));
            }
        }
        return table.toString();
    }

    private static String limit(TogetherResult.Guest guest) {
        Long pages = guest.memoryPages();
        return pages == null ? "none" : Figures.count(pages);
    }

    private static String seconds(TogetherResult.Guest guest) {
        Double seconds = guest.machineSeconds();
        return seconds == null ? "-" : Figures.number(seconds);
    }
}
