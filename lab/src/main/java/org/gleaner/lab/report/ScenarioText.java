package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.run.AccessTrackingResult;
import org.gleaner.lab.run.ArchitecturesResult;
import org.gleaner.lab.run.Caveats;
import org.gleaner.lab.run.CommandResult;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.DemandPagingResult;
import org.gleaner.lab.run.DirtyLogPerfResult;
import org.gleaner.lab.run.ErrorBand;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.MeasuredRun;
import org.gleaner.lab.run.MmuStressResult;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.PfnDesignsResult;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.run.Seeded;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Neighbour;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Size;
import org.jspecify.annotations.Nullable;

/// A scenario's result as text for people.
public final class ScenarioText {

    private static final double LEAST_PERCENT = 1;

    private final StringBuilder text = new StringBuilder();

    private ScenarioText() {}

    /// The answer, which fits a terminal, and what to ask next.
    ///
    /// @param completeness of all seeds together
    /// @param band of the figures; null if none is known
    public static String of(
            Completeness completeness, Seeded<ScenarioResult> result, @Nullable ErrorBand band) {
        ScenarioText report = new ScenarioText();
        report.answer(completeness, result);
        if (band != null) {
            report.block(BandText.summary(band));
        }
        result.failures().forEach(each -> report.line("FAILED: %s", each));
        report.line("next: %s", ScenarioLegend.next(result.first().scenario()));
        return report.text.toString();
    }

    /// All that is known: the answer, who waited for what, call trees, counters, what was written
    /// into the kernel's files, assumptions. Of several seeds, what comes after the waits is the
    /// first one's.
    public static String full(
            Completeness completeness, Seeded<ScenarioResult> result, @Nullable ErrorBand band) {
        ScenarioText report = new ScenarioText();
        report.answer(completeness, result);
        if (band != null) {
            report.block(BandText.summary(band));
            report.block(BandText.figures(band));
        }
        String statistics = StatisticsText.of(result.bySeed());
        if (!statistics.isEmpty()) {
            report.block(statistics);
        }
        if (result.asked() > 1) {
            report.text.append('\n');
            report.line("with seed %d (result.json has them all):", result.seeds().getFirst());
        }
        report.detail(result.first());
        report.remarks(result);
        return report.text.toString();
    }

    private void detail(ScenarioResult result) {
        switch (result) {
            case MaxGuestMemoryResult max -> detail(max);
            case AccessTrackingResult _ -> {}
            case MmuStressResult stress ->
                    vmstat(
                            names(stress.runs(), MmuStressResult.Run::configuration),
                            stress.runs().stream().map(MmuStressResult.Run::vmstat).toList());
            case DirtyLogPerfResult log ->
                    log.runs()
                            .forEach(run ->
                                    block(DirtyLogText.lines(run, log.setting().scenario())));
            case DemandPagingResult paging ->
                    vmstat(
                            paging.runs().stream().map(DemandPagingResult.Run::label).toList(),
                            paging.runs().stream().map(DemandPagingResult.Run::vmstat).toList());
            case NeighboursResult neighbours -> detail(neighbours);
            case ArchitecturesResult all ->
                    vmstat(
                            names(all.runs(), ArchitecturesResult.Run::configuration),
                            all.runs().stream().map(ArchitecturesResult.Run::vmstat).toList());
            case PfnDesignsResult designs ->
                    vmstat(
                            names(designs.runs(), PfnDesignsResult.Run::configuration),
                            designs.runs().stream().map(PfnDesignsResult.Run::vmstat).toList());
        }
        whole(result).forEach(run -> dumps(run.label(), run.commands()));
    }

    private void answer(Completeness completeness, Seeded<ScenarioResult> result) {
        ScenarioResult first = result.first();
        line("%s", completeness.line(result.asked() == 1 ? "configurations" : "runs"));
        setting(result);
        block(ScenarioLegend.measured(first.scenario()));
        switch (first) {
            case MaxGuestMemoryResult _ -> maxGuestMemory(all(MaxGuestMemoryResult.class, result));
            case AccessTrackingResult _ -> accessTracking(all(AccessTrackingResult.class, result));
            case MmuStressResult _ -> mmuStress(all(MmuStressResult.class, result));
            case ArchitecturesResult _ ->
                    block(ArchitecturesText.summary(all(ArchitecturesResult.class, result)));
            case PfnDesignsResult _ ->
                    block(PfnDesignsText.summary(all(PfnDesignsResult.class, result)));
            case DirtyLogPerfResult log -> {
                List<DirtyLogPerfResult> bySeed = all(DirtyLogPerfResult.class, result);
                line("%s", DirtyLogText.mode(log.setting().scenario()));
                block(DirtyLogText.times(bySeed));
                block(DirtyLogText.counts(bySeed));
                DirtyLogText.ratios(bySeed).forEach(each -> line("%s", each));
            }
            case DemandPagingResult _ ->
                    block(DemandPagingText.summary(all(DemandPagingResult.class, result)));
            case NeighboursResult _ -> {
                List<NeighboursResult> bySeed = all(NeighboursResult.class, result);
                if (WorkText.applies(bySeed.getFirst())) {
                    block(WorkText.phases(bySeed));
                    WorkText.ratios(bySeed).forEach(each -> line("%s", each));
                    block(WorkText.host(bySeed));
                } else {
                    block(NeighboursText.summary(bySeed));
                }
                NeighboursText.populated(bySeed).forEach(each -> line("%s", each));
            }
        }
        whole(first).forEach(this::commands);
        text.append('\n');
        ScenarioLegend.compared(first.scenario()).forEach(each -> line("%s", each));
        Caveats.of(first).forEach(each -> line("%s", each));
    }

    private static <R> List<R> all(Class<R> kind, Seeded<ScenarioResult> result) {
        return result.bySeed().stream().map(kind::cast).toList();
    }

    private static <R> List<String> names(List<R> runs, Function<R, Configuration> of) {
        return runs.stream().map(run -> of.apply(run).name()).toList();
    }

    private void setting(Seeded<ScenarioResult> seeded) {
        ScenarioResult result = seeded.first();
        Scenario scenario = result.scenario();
        line(
                "%s: %s on %s with %s,\n  swap %s, scale %s, engine %s, %s",
                scenario.name(),
                guests(scenario),
                Figures.things(scenario.host().cpus(), "cpu"),
                Size.approximately(scenario.hostPages() * scenario.pageBytes()),
                scenario.host().swap().device().label(),
                result.scale(),
                result.engine().label(),
                seeded.words());
    }

    private static String guests(Scenario scenario) {
        List<Long> sizes = scenario.guestSizes();
        int vcpus = scenario.vcpuCount();
        boolean alike = sizes.stream().distinct().count() == 1;
        if (scenario instanceof Neighbours neighbours) {
            alike &=
                    neighbours.guests().stream().mapToInt(Neighbour::vcpus).distinct().count() == 1;
        }
        if (!alike) {
            return "%d guests, in all %s with %s"
                    .formatted(
                            sizes.size(),
                            Figures.things(vcpus, "vcpu"),
                            Size.approximately(scenario.allGuestPages() * scenario.pageBytes()));
        }
        String count = sizes.size() == 1 ? "" : sizes.size() + " guests of ";
        String size = Size.approximately(sizes.getFirst() * scenario.pageBytes());
        return count + Figures.things(vcpus / sizes.size(), "vcpu") + " with " + size;
    }

    private void maxGuestMemory(List<MaxGuestMemoryResult> bySeed) {
        List<List<MaxGuestMemoryResult.Run>> runs =
                BySeed.align(
                        bySeed,
                        MaxGuestMemoryResult::runs,
                        run ->
                                Arrays.asList(
                                        run.configuration().name(), run.ablation(), run.swap()));
        boolean ablated = runs.stream().anyMatch(same -> same.getFirst().ablation() != null);
        TextTable times =
                ablated
                        ? new TextTable(
                                6, "", "lru", "kernel", "aging", "without", "swap", "run1 s",
                                "reset s", "run2 s")
                        : new TextTable(
                                4, "", "lru", "kernel", "aging", "run1 s", "reset s", "run2 s");
        for (List<MaxGuestMemoryResult.Run> same : runs) {
            MaxGuestMemoryResult.Run run = same.getFirst();
            Configuration c = run.configuration();
            List<Object> row = new ArrayList<>();
            row.addAll(List.of(c.name(), c.lru().label(), c.kernel().label(), c.aging().label()));
            if (ablated) {
                row.add(run.ablation() == null ? "-" : run.ablation().label());
                row.add(run.swap().label());
            }
            row.add(Spread.of(same, MaxGuestMemoryResult.Run::run1Seconds).number());
            row.add(Spread.of(same, MaxGuestMemoryResult.Run::resetSeconds).number());
            row.add(Spread.of(same, MaxGuestMemoryResult.Run::run2Seconds).number());
            times.row(row.toArray());
        }
        block(times);
        BySeed.align(bySeed, MaxGuestMemoryResult::ratios, ratio -> List.of(ratio.of(), ratio.to()))
                .forEach(this::ratio);
        hottest(bySeed.getFirst());
    }

    private void ratio(List<MaxGuestMemoryResult.Ratio> same) {
        line(
                "%s takes %s times as long as %s in run2, %s times in run1",
                same.getFirst().of(),
                Spread.of(same, MaxGuestMemoryResult.Ratio::run2).number(),
                same.getFirst().to(),
                Spread.of(same, MaxGuestMemoryResult.Ratio::run1).number());
    }

    private void hottest(MaxGuestMemoryResult result) {
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

    private void accessTracking(List<AccessTrackingResult> bySeed) {
        TextTable phases = new TextTable(2, "", "phase", "seconds", "tested", "young");
        TextTable timed = new TextTable(1, "", "slowest vcpu s", "aging passes", "average pass s");
        for (List<AccessTrackingResult.Run> runs :
                BySeed.align(
                        bySeed, AccessTrackingResult::runs, run -> run.configuration().name())) {
            String name = runs.getFirst().configuration().name();
            BySeed.align(runs, AccessTrackingResult.Run::phases, AccessTrackingResult.Phase::name)
                    .forEach(same -> phase(phases, name, same));
            List<AccessTrackingResult.Benchmark> benchmarks =
                    runs.stream()
                            .map(AccessTrackingResult.Run::benchmark)
                            .filter(Objects::nonNull)
                            .toList();
            if (!benchmarks.isEmpty()) {
                timed.row(
                        name,
                        Spread.of(benchmarks, each -> each.slowestVcpuSeconds()).number(),
                        Spread.of(benchmarks, each -> each.passes()).count(),
                        Spread.of(benchmarks, each -> each.passSeconds()).number());
            }
        }
        block(phases);
        block(timed);
    }

    private static void phase(
            TextTable phases, String configuration, List<AccessTrackingResult.Phase> same) {
        List<AccessTrackingResult.Young> young =
                same.stream()
                        .map(AccessTrackingResult.Phase::young)
                        .filter(Objects::nonNull)
                        .toList();
        phases.row(
                configuration,
                same.getFirst().name(),
                Spread.of(same, AccessTrackingResult.Phase::seconds).number(),
                young.isEmpty() ? "-" : Spread.of(young, each -> each.testedPages()).count(),
                young.isEmpty() ? "-" : Spread.of(young, each -> each.youngPages()).count());
    }

    private void mmuStress(List<MmuStressResult> bySeed) {
        List<List<MmuStressResult.Run>> runs =
                BySeed.align(bySeed, MmuStressResult::runs, run -> run.configuration().name());
        TextTable table = Counters.table("", names(runs, same -> same.getFirst().configuration()));
        Map<String, ToDoubleFunction<MmuStressResult.Run>> times = new LinkedHashMap<>();
        times.put("run1 s", MmuStressResult.Run::run1Seconds);
        times.put("reset s", MmuStressResult.Run::resetSeconds);
        times.put("run2 s", MmuStressResult.Run::run2Seconds);
        times.put("mprotect RO s", MmuStressResult.Run::readOnlySeconds);
        times.put("mprotect RW s", MmuStressResult.Run::writableSeconds);
        times.forEach((name, time) ->
                Counters.row(table, name, runs, same -> Spread.of(same, time).number()));
        Map<String, ToDoubleFunction<MmuStressResult.Run>> counts = new LinkedHashMap<>();
        counts.put("refused writes", MmuStressResult.Run::readOnlyFaults);
        counts.put("forbidden writes", MmuStressResult.Run::forbiddenWrites);
        counts.put("lost writes", MmuStressResult.Run::lostWrites);
        counts.put("aging passes", MmuStressResult.Run::agingPasses);
        counts.put("young pages", MmuStressResult.Run::youngPages);
        counts.forEach((name, count) ->
                Counters.row(table, name, runs, same -> Spread.of(same, count).count()));
        block(table);
    }

    private void detail(NeighboursResult result) {
        for (NeighboursResult.Run run : result.runs()) {
            block(NeighboursText.guests(run));
            block(NeighboursText.resident(run));
            block(NeighboursText.populating(run));
            block(NeighboursText.kswapd(run) + "\n");
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

    /// All runs but ablations.
    private static List<? extends MeasuredRun> whole(ScenarioResult result) {
        return result.runs().stream()
                .filter(run ->
                        !(run instanceof MaxGuestMemoryResult.Run max && max.ablation() != null))
                .toList();
    }

    /// What was written into the kernel's files, and what they answered.
    private void commands(MeasuredRun run) {
        int pageBytes = run.configuration().pageSize().bytes();
        run.commands()
                .forEach(each ->
                        line(
                                "%s: %s: %s",
                                run.label(), each.said(), CommandText.answer(each, pageBytes)));
    }

    /// What files said after what was written into them.
    private void dumps(String configuration, List<CommandResult> commands) {
        for (CommandResult each : commands) {
            if (each.text() != null) {
                block(configuration + ", after " + each.said() + "\n" + each.text());
            }
        }
    }

    private void remarks(Seeded<ScenarioResult> result) {
        text.append('\n');
        List<String> told = Caveats.of(result.first());
        result.first().assumptions().stream()
                .filter(each -> !told.contains(each))
                .forEach(each -> line("assumed: %s", each));
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
        String line = String.format(Locale.ROOT, format, parts);
        text.append(Figures.wrapped(line)).append('\n');
    }
}
