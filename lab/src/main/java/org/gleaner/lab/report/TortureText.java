package org.gleaner.lab.report;

import java.util.List;
import org.gleaner.lab.run.TortureResult;

/// What torture did, as text for people.
public final class TortureText {

    private TortureText() {}

    public static String of(TortureResult result) {
        List<TortureResult> one = List.of(result);
        String design = result.aging() == null ? "all designs in turn" : result.aging().label();
        TextTable table = Counters.table("", List.of(design));
        Counters.row(table, "seed", one, r -> Long.toString(r.seed()));
        Counters.row(table, "rounds", one, r -> Figures.count(r.rounds()));
        Counters.row(table, "seconds", one, r -> Figures.number(r.wallSeconds()));
        Counters.row(table, "guest accesses", one, r -> Figures.count(r.operations()));
        Counters.row(table, "refused", one, r -> Figures.count(r.refused()));
        Counters.row(table, "host faults", one, r -> Figures.count(r.faults()));
        Counters.row(table, "pages swapped in", one, r -> Figures.count(r.swapIns()));
        Counters.row(table, "pages swapped out", one, r -> Figures.count(r.swapOuts()));
        Counters.row(table, "aging passes", one, r -> Figures.count(r.agingPasses()));
        Counters.row(table, "young pages", one, r -> Figures.count(r.youngPages()));
        Counters.row(table, "mprotect, both ways", one, r -> Figures.count(r.protects()));
        Counters.row(table, "munmap and mmap", one, r -> Figures.count(r.unmaps()));
        Counters.row(table, "slots deleted and made", one, r -> Figures.count(r.slotChanges()));
        Counters.row(table, "violations", one, r -> Figures.count(r.failures().size()));
        StringBuilder text = new StringBuilder(table.toString());
        if (!result.armed()) {
            text.append("invariants were not checked: Java's assertions are off\n");
        }
        for (String failure : result.failures()) {
            text.append("FAILED: ").append(failure).append('\n');
        }
        if (result.dump() != null) {
            text.append('\n').append(result.dump());
        }
        return text.toString();
    }
}
