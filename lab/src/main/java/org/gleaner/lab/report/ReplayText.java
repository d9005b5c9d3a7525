package org.gleaner.lab.report;

import java.util.List;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.size.Size;

/// Replays as text for people: side by side, a column for each.
public final class ReplayText {

    private ReplayText() {}

    public static String of(Completeness completeness, List<ReplayResult> replays) {
        String first = completeness.line("replays") + "\n";
        return replays.isEmpty() ? first : first + "\n" + of(replays);
    }

    private static String of(List<ReplayResult> replays) {
        TextTable table = Counters.table("", replays.stream().map(ReplayResult::trace).toList());
        Counters.row(table, "accesses", replays, r -> Figures.count(r.accesses()));
        Counters.row(table, "distinct pages", replays, r -> Figures.count(r.distinctPages()));
        Counters.row(table, "memory pages", replays, r -> Figures.count(r.memoryPages()));
        Counters.row(table, "reclaim", replays, ReplayText::reclaim);
        Counters.row(table, "through", replays, ReplayText::through);
        Counters.row(table, "swap", replays, ReplayText::swap);
        Counters.rows(table, replays.stream().map(ReplayResult::vmstat).toList());
        Counters.row(table, "seconds", replays, r -> Figures.number(r.wallSeconds()));
        Counters.row(
                table, "M accesses/s", replays, r -> Figures.number(r.accessesPerSecond() / 1e6));
        StringBuilder text = new StringBuilder(table.toString());
        for (ReplayResult replay : replays) {
            for (String failure : replay.failures()) {
                text.append("FAILED: ").append(replay.trace()).append(": ").append(failure);
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static String reclaim(ReplayResult replay) {
        String bits = replay.lruGen().enabled() ? " " + replay.lruGen() : "";
        return replay.kernel().label() + " " + replay.lru().label() + bits;
    }

    private static String swap(ReplayResult replay) {
        boolean ample = replay.swapPages() >= 3 * replay.distinctPages();
        String size =
                replay.swapPages() == 0 || ample
                        ? ""
                        : ", " + Size.approximately(replay.swapPages() * Size.PAGE);
        boolean usual = replay.swappiness() == ReplayRequest.DEFAULT_SWAPPINESS;
        return replay.swap().label() + size + (usual ? "" : ", swappiness " + replay.swappiness());
    }

    private static String through(ReplayResult replay) {
        String aging = replay.aging() == null ? "" : ", " + replay.aging().label();
        String huge = replay.thp() == Thp.ALWAYS ? ", huge pages" : "";
        return replay.through().label() + ", " + replay.backing().label() + huge + aging;
    }
}
