package org.gleaner.lab.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    public static String of(ScenarioResult result) {
        ScenarioText report = new ScenarioText();
        report.line("%s", result.completeness().line("configurations"));
        report.setting(result);
        switch (result) {
            case MaxGuestMemoryResult max -> report.maxGuestMemory(max);
            case AccessTrackingResult tracking -> report.accessTracking(tracking);
            case MmuStressResult stress -> report.mmuStress(stress);
            case NeighboursResult neighbours -> report.neighbours(neighbours);
        }
        runs(result).forEach(report::commands);
        report.remarks(result);
        return report.text.toString();
    }

    private void setting(ScenarioResult result) {
        Scenario scenario = result.scenario();
        int guests = scenario.guestCount();
        line(
                "%s: %s%d vcpus with %s on %d cpus with %s, swap %s, scale %s, engine %s, seed %d",
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
        TextTable times =
                new TextTable(
                        6, "", "lru", "kernel", "aging", "without", "swap", "run1 s", "reset s",
                        "run2 s");
        for (MaxGuestMemoryResult.Run run : result.runs()) {
            Configuration c = run.configuration();
            times.row(
                    c.name(),
                    c.lru().label(),
                    c.kernel().label(),
                    c.aging().label(),
                    run.ablation() == null ? "-" : run.ablation().label(),
                    run.swap().label(),
                    Figures.number(run.run1Seconds()),
                    Figures.number(run.resetSeconds()),
                    Figures.number(run.run2Seconds()));
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
        List<MaxGuestMemoryResult.Run> plain =
                result.runs().stream().filter(run -> run.ablation() == null).toList();
        plain.forEach(this::callTrees);
        vmstat(
                plain.stream().map(run -> run.configuration().name()).toList(),
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
        List<String> names = runs.stream().map(run -> run.configuration().name()).toList();
        TextTable table = Counters.table("", names);
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
        vmstat(names, runs.stream().map(MmuStressResult.Run::vmstat).toList());
    }

    private void neighbours(NeighboursResult result) {
        for (NeighboursResult.Run run : result.runs()) {
            block(NeighboursText.guests(run));
            block(NeighboursText.resident(run));
        }
        vmstat(
                result.runs().stream().map(run -> run.configuration().name()).toList(),
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
