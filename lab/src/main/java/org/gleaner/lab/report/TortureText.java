package org.gleaner.lab.report;

import org.gleaner.lab.run.TortureResult;
import org.gleaner.lab.run.TortureResult.Design;

/// What torture did, as text for people: a row for each design.
public final class TortureText {

    private TortureText() {}

    public static String of(TortureResult result) {
        StringBuilder text = new StringBuilder();
        text.append(Figures.wrapped(result.completeness().line("designs", reason(result))));
        text.append("\n\n");
        TextTable table =
                new TextTable(
                        1,
                        "design",
                        "rounds",
                        "seconds",
                        "guest accesses",
                        "faults",
                        "swapped in",
                        "agings",
                        "changes");
        result.designs().forEach(each -> row(table, each));
        if (result.designs().size() > 1) {
            table.row(
                    "all",
                    result.rounds(),
                    Figures.number(
                            result.designs().stream().mapToDouble(Design::tortureSeconds).sum()),
                    Figures.count(result.operations()),
                    Figures.count(result.faults()),
                    Figures.count(result.swapIns()),
                    Figures.count(result.agingPasses()),
                    Figures.count(result.designs().stream().mapToLong(Design::changes).sum()));
        }
        text.append(table).append('\n');
        text.append(
                String.format(
                        "%s in %s s, seed %d%n",
                        result.dump() == null ? "no violation" : "a violation",
                        Figures.number(result.wallSeconds()),
                        result.seed()));
        if (!result.armed()) {
            text.append("invariants were not checked: Java's assertions are off\n");
        }
        for (String failure : result.failures()) {
            text.append(Figures.wrapped("FAILED: " + failure)).append('\n');
        }
        if (result.dump() != null) {
            text.append('\n').append(result.dump());
        }
        return text.toString();
    }

    private static void row(TextTable table, Design design) {
        table.row(
                design.aging().label(),
                design.rounds(),
                Figures.number(design.tortureSeconds()),
                Figures.count(design.operations()),
                Figures.count(design.faults()),
                Figures.count(design.swapIns()),
                Figures.count(design.agingPasses()),
                Figures.count(design.changes()));
    }

    /// Why designs may be missing; see [Completeness#line].
    private static String reason(TortureResult result) {
        if (result.interrupted()) {
            return "interrupted";
        }
        return result.dump() == null ? "time was up" : "ended by a violation";
    }
}
