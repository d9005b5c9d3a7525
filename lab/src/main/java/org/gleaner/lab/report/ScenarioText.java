package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.gleaner.lab.run.AccessTrackingResult;
import org.gleaner.lab.run.CommandResult;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.MmuStressResult;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Size;

/// A scenario's result as text for people.
public final class ScenarioText {

    private static final double LEAST_PERCENT = 1;

    private final StringBuilder text = new StringBuilder();

    private ScenarioText() {}

    /// The answer, which fits a terminal, and what to ask next.
    public static String of(ScenarioResult result) {
        ScenarioText report = new ScenarioText();
        report.answer(result);
        result.failures().forEach(each -> report.line("FAILED: %s", each));
        report.line("next: %s", ScenarioLegend.next(result.scenario()));
        return report.text.toString();
    }

    /// All that is known: the answer, call trees, counters, what was written into the kernel's files, assumptions.
    public static String full(ScenarioResult result) {
        ScenarioText report = new ScenarioText();
        report.answer(result);
        switch (result) {
            case MaxGuestMemoryResult max -> report.detail(max);
            case AccessTrackingResult _ -> {}
            case MmuStressResult stress ->
                    report.vmstat(
                            names(stress.runs(), MmuStressResult.Run::configuration),
                            stress.runs().stream().map(MmuStressResult.Run::vmstat).toList());
            case NeighboursResult neighbours -> report.detail(neighbours);
        }
        runs(result).forEach(report::commands);
        report.remarks(result);
        return report.text.toString();
    }

    private void answer(ScenarioResult result) {
        line("%s", result.completeness().line("configurations"));
        setting(result);
        block(ScenarioLegend.measured(result.scenario()));
        switch (result) {
            case MaxGuestMemoryResult max -> maxGuestMemory(max);
            case AccessTrackingResult tracking -> accessTracking(tracking);
            case MmuStressResult stress -> mmuStress(stress);
            case NeighboursResult neighbours -> {
                block(NeighboursText.summary(neighbours));
                NeighboursText.populated(neighbours).forEach(each -> line("%s", each));
            }
        }
        text.append('\n');
        ScenarioLegend.configurations(result.scenario().configurations())
                .forEach(each -> line("%s", each));
    }

    private static <R> List<String> names(List<R> runs, Function<R, Configuration> of) {
        return runs.stream().map(run -> of.apply(run).name()).toList();
    }

    private void setting(ScenarioResult result) {
        Scenario scenario = result.scenario();
        int guests = scenario.guestCount();
        line(
                "%s: %s%d vcpus with %s on %d cpus with %s, swap %s,\n  scale %s, engine %s, seed %d",
                scenario.name(),
                guests == 1 ? "" : guests + " guests of ",
                scenario.guest().vcpus(),
                Size.approximately(scenario.guestPages() * Size.PAGE),
                scenario.host().cpus(),
                Size.approximately(scenario.hostPages() * Size.PAGE),
                scenario.host().swap().device().label(),
                result.scale(),
                result.engine().label(),
                scenario.seed());
    }

    private void maxGuestMemory(MaxGuestMemoryResult result) {
        boolean ablated = result.runs().stream().anyMatch(run -> run.ablation() != null);
        TextTable times =
                ablated
                        ? new TextTable(
                                6, "", "lru", "kernel", "aging", "without", "swap", "run1 s",
                                "reset s", "run2 s")
                        : new TextTable(
                                4, "", "lru", "kernel", "aging", "run1 s", "reset s", "run2 s");
        for (MaxGuestMemoryResult.Run run : result.runs()) {
            Configuration c = run.configuration();
            List<Object> row = new ArrayList<>();
            row.addAll(List.of(c.name(), c.lru().label(), c.kernel().label(), c.aging().label()));
            if (ablated) {
                row.add(run.ablation() == null ? "-" : run.ablation().label());
                row.add(run.swap().label());
            }
            row.add(Figures.number(run.run1Seconds()));
            row.add(Figures.number(run.resetSeconds()));
            row.add(Figures.number(run.run2Seconds()));
            times.row(row.toArray());
        }
        block(times);
        for (MaxGuestMemoryResult.Ratio ratio : result.ratios()) {
            line(
                    "%s takes %s times as long as %s in run2, %s times in run1",
                    ratio.of(),
                    Figures.number(ratio.run2()),
                    ratio.to(),
                    Figures.number(ratio.run1()));
        }
        TextTable hottest = new TextTable(2, "kswapd", "spends run2 in");
        for (MaxGuestMemoryResult.Run run : plain(result)) {
            String functions = Hottest.of(run.kswapd());
            if (!functions.isEmpty()) {
                hottest.row(run.configuration().name(), functions);
            }
        }
        block(hottest);
    }

    private static List<MaxGuestMemoryResult.Run> plain(MaxGuestMemoryResult result) {
        return result.runs().stream().filter(run -> run.ablation() == null).toList();
    }

    private void detail(MaxGuestMemoryResult result) {
        List<MaxGuestMemoryResult.Run> plain = plain(result);
        plain.forEach(this::callTrees);
        if (!plain.isEmpty()) {
            block(CallTreeText.LEGEND);
        }
        vmstat(
                names(plain, MaxGuestMemoryResult.Run::configuration),
                plain.stream().map(MaxGuestMemoryResult.Run::vmstat).toList());
    }

    private void callTrees(MaxGuestMemoryResult.Run run) {
        CallTreeText trees = new CallTreeText(LEAST_PERCENT);
        String name = run.configuration().name();
        block(trees.text(run.kswapd(), name));
        block(trees.text(run.directReclaim(), name));
    }

    private void accessTracking(AccessTrackingResult result) {
        TextTable phases = new TextTable(2, "", "phase", "seconds", "tested", "young");
        TextTable timed = new TextTable(1, "", "slowest vcpu s", "aging passes", "average pass s");
        for (AccessTrackingResult.Run run : result.runs()) {
            String name = run.configuration().name();
            for (AccessTrackingResult.Phase phase : run.phases()) {
                AccessTrackingResult.Young young = phase.young();
                phases.row(
                        name,
                        phase.name(),
                        Figures.number(phase.seconds()),
                        young == null ? "-" : Figures.count(young.testedPages()),
                        young == null ? "-" : Figures.count(young.youngPages()));
            }
            AccessTrackingResult.Benchmark benchmark = run.benchmark();
            if (benchmark != null) {
                timed.row(
                        name,
                        Figures.number(benchmark.slowestVcpuSeconds()),
                        benchmark.passes(),
                        Figures.number(benchmark.passSeconds()));
            }
        }
        block(phases);
        block(timed);
    }

    private void mmuStress(MmuStressResult result) {
        List<MmuStressResult.Run> runs = result.runs();
        TextTable table = Counters.table("", names(runs, MmuStressResult.Run::configuration));
        Counters.row(table, "run1 s", runs, r -> Figures.number(r.run1Seconds()));
        Counters.row(table, "reset s", runs, r -> Figures.number(r.resetSeconds()));
        Counters.row(table, "run2 s", runs, r -> Figures.number(r.run2Seconds()));
        Counters.row(table, "mprotect RO s", runs, r -> Figures.number(r.readOnlySeconds()));
        Counters.row(table, "mprotect RW s", runs, r -> Figures.number(r.writableSeconds()));
        Counters.row(table, "refused writes", runs, r -> Figures.count(r.readOnlyFaults()));
        Counters.row(table, "forbidden writes", runs, r -> Figures.count(r.forbiddenWrites()));
        Counters.row(table, "lost writes", runs, r -> Figures.count(r.lostWrites()));
        Counters.row(table, "aging passes", runs, r -> Figures.count(r.agingPasses()));
        Counters.row(table, "young pages", runs, r -> Figures.count(r.youngPages()));
        block(table);
    }

    private void detail(NeighboursResult result) {
        for (NeighboursResult.Run run : result.runs()) {
            block(NeighboursText.guests(run));
            block(NeighboursText.resident(run));
            block(NeighboursText.populating(run));
        }
        vmstat(
                names(result.runs(), NeighboursResult.Run::configuration),
                result.runs().stream().map(NeighboursResult.Run::vmstat).toList());
    }

    private void vmstat(List<String> names, List<Map<String, Long>> columns) {
        TextTable table = Counters.table("vmstat", names);
        Counters.rows(table, columns);
        block(table);
    }

    private static Map<String, List<CommandResult>> runs(ScenarioResult result) {
        Map<String, List<CommandResult>> commands = new LinkedHashMap<>();
        switch (result) {
            case MaxGuestMemoryResult max ->
                    max.runs().stream()
                            .filter(run -> run.ablation() == null)
                            .forEach(run ->
                                    commands.put(run.configuration().name(), run.commands()));
            case AccessTrackingResult tracking ->
                    tracking.runs()
                            .forEach(run ->
                                    commands.put(run.configuration().name(), run.commands()));
            case MmuStressResult stress ->
                    stress.runs()
                            .forEach(run ->
                                    commands.put(run.configuration().name(), run.commands()));
            case NeighboursResult neighbours ->
                    neighbours
                            .runs()
                            .forEach(run ->
                                    commands.put(run.configuration().name(), run.commands()));
        }
        return commands;
    }

    /// What was written into the kernel's files, each with what the file says afterwards.
    private void commands(String configuration, List<CommandResult> commands) {
        for (CommandResult each : commands) {
            text.append('\n');
            line(
                    "%s at %s s: '%s' into %s: %s",
                    configuration,
                    Figures.number(each.seconds()),
                    each.wrote(),
                    each.to().label(),
                    each.errno() == null ? "done" : each.errno());
            if (each.text() != null) {
                text.append(each.text());
            }
        }
    }

    private void remarks(ScenarioResult result) {
        text.append('\n');
        result.assumptions().forEach(each -> line("assumed: %s", each));
        result.failures().forEach(each -> line("FAILED: %s", each));
    }

    private void block(TextTable table) {
        if (!table.isEmpty()) {
            block(table.toString());
        }
    }

    private void block(String lines) {
        text.append('\n').append(lines);
    }

    private void line(String format, Object... parts) {
        text.append(String.format(Locale.ROOT, format, parts)).append('\n');
    }
}
