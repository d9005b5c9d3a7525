package org.gleaner.lab.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.run.PfnDesignsResult;
import org.gleaner.lab.run.PfnDesignsResult.Run;

/// Ways of getting hold of host pages side by side, a column for each.
final class PfnDesignsText {
    private PfnDesignsText() {}

    /// Of all configurations: how long it took, and what was done to pages.
    static TextTable summary(List<PfnDesignsResult> bySeed) {
        List<List<Run>> runs =
                BySeed.align(bySeed, PfnDesignsResult::runs, run -> run.configuration().name());
        TextTable table =
                Counters.table(
                        "",
                        runs.stream().map(same -> same.getFirst().configuration().name()).toList());
        times().forEach((name, time) ->
                Counters.row(table, name, runs, same -> Spread.of(same, time).number()));
        counts().forEach((name, count) ->
                Counters.row(table, name, runs, same -> Spread.of(same, count).count()));
        return table;
    }

    private static Map<String, ToDoubleFunction<Run>> times() {
        Map<String, ToDoubleFunction<Run>> all = new LinkedHashMap<>();
        all.put("populate s", run -> run.seconds().populate());
        all.put("aging s", run -> run.seconds().age());
        all.put("write again s", run -> run.seconds().again());
        all.put("dirty log s", run -> run.seconds().log());
        all.put("device s", run -> run.seconds().device());
        all.put("all s", run -> run.seconds().all());
        return all;
    }

    private static Map<String, ToDoubleFunction<Run>> counts() {
        Map<String, ToDoubleFunction<Run>> all = new LinkedHashMap<>();
        all.put("faults: installed", run -> run.faults().installed());
        all.put("faults: fast", run -> run.faults().fast());
        all.put("faults: spurious", run -> run.faults().spurious());
        all.put("faults: retried", run -> run.faults().retries());
        all.put("accessed by faults", run -> run.marks().accessedByFaults());
        all.put("accessed by zaps", run -> run.marks().accessedByZaps());
        all.put("dirty by faults", run -> run.marks().dirtyByFaults());
        all.put("dirty by zaps", run -> run.marks().dirtyByZaps());
        all.put("dirty by the log", run -> run.marks().dirtyByLog());
        all.put("dirty by aging", run -> run.marks().dirtyByAging());
        all.put("marks, all", run -> run.marks().all());
        all.put("flushes", Run::flushes);
        all.put("lookups", run -> run.references().lookups());
        all.put("gets", run -> run.references().gets());
        all.put("puts", run -> run.references().puts());
        all.put("guesses", run -> run.references().guesses());
        all.put("device: done", run -> run.device().done());
        all.put("device: refused", run -> run.device().refused());
        all.put("logged pages", Run::loggedPages);
        all.put("young pages", Run::youngPages);
        return all;
    }
}
