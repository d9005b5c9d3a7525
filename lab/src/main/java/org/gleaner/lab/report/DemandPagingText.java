package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.run.DemandPagingResult;
import org.gleaner.lab.run.DemandPagingResult.Run;

/// Suppliers of pages side by side, a line for each.
final class DemandPagingText {
    private DemandPagingText() {}

    /// Of all runs: how long it took, how many pages came a second, and how long a vCPU was without
    /// the page that it wanted, the time of its access included.
    static TextTable summary(List<DemandPagingResult> bySeed) {
        List<List<Run>> runs = BySeed.align(bySeed, DemandPagingResult::runs, Run::label);
        int vcpus = bySeed.getFirst().setting().scenario().guest().vcpus();
        TextTable table =
                new TextTable(
                        1, "", "guest execution s", "pages", "kpages/s", "us a page", "exits");
        for (List<Run> same : runs) {
            List<Object> row = new ArrayList<>();
            row.add(same.getFirst().label());
            row.add(Spread.of(same, Run::seconds).number());
            row.add(Spread.of(same, Run::pages).count());
            row.add(Spread.of(same, run -> run.pagesPerSecond() / 1e3).number());
            row.add(Spread.of(same, run -> vcpus * 1e6 / run.pagesPerSecond()).number());
            row.add(Spread.of(same, Run::exits).count());
            table.row(row.toArray());
        }
        return table;
    }
}
