package org.gleaner.lab.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The figures of a scenario's result that hang on what the machine takes for things: how long its
/// phases took in each configuration.
public final class ScenarioFigures {

    /// What one figure is.
    ///
    /// @param configuration that was run, with how its log was ended if that differs
    /// @param metric as the result's fields name it: `run2Seconds`
    public record Key(String configuration, String metric) {}

    private final Map<Key, Double> figures = new LinkedHashMap<>();
    private String configuration = "";

    private ScenarioFigures() {}

    /// Each figure of what was run, in the order of the result; ablations are left out.
    public static Map<Key, Double> of(ScenarioResult result) {
        ScenarioFigures all = new ScenarioFigures();
        switch (result) {
            case MaxGuestMemoryResult max ->
                    max.runs().stream().filter(run -> run.ablation() == null).forEach(all::add);
            case AccessTrackingResult tracking -> tracking.runs().forEach(all::add);
            case MmuStressResult stress -> stress.runs().forEach(all::add);
            case DirtyLogPerfResult log -> log.runs().forEach(all::add);
            case DemandPagingResult paging -> paging.runs().forEach(all::add);
            case NeighboursResult neighbours -> neighbours.runs().forEach(all::add);
            case PfnDesignsResult designs -> designs.runs().forEach(all::add);
            case ArchitecturesResult architectures -> architectures.runs().forEach(all::add);
        }
        return all.figures;
    }

    /// How many times as much the first configuration takes as each of the others, of each figure
    /// that both have.
    ///
    /// @return keys with `FIRST/OTHER` for a configuration
    public static Map<Key, Double> ratios(Map<Key, Double> figures) {
        List<String> configurations =
                figures.keySet().stream().map(Key::configuration).distinct().toList();
        Map<Key, Double> ratios = new LinkedHashMap<>();
        for (String other : configurations.stream().skip(1).toList()) {
            String first = configurations.getFirst();
            figures.forEach((key, value) -> {
                Double divisor = figures.get(new Key(other, key.metric()));
                if (key.configuration().equals(first) && divisor != null && divisor > 0) {
                    ratios.put(new Key(first + "/" + other, key.metric()), value / divisor);
                }
            });
        }
        return ratios;
    }

    private void figure(String metric, double value) {
        figures.merge(new Key(configuration, metric), value, Double::sum);
    }

    private void add(MaxGuestMemoryResult.Run run) {
        configuration = run.configuration().name();
        figure("run1Seconds", run.run1Seconds());
        figure("resetSeconds", run.resetSeconds());
        figure("run2Seconds", run.run2Seconds());
    }

    private void add(AccessTrackingResult.Run run) {
        configuration = run.configuration().name();
        run.phases().forEach(phase -> figure(phase.name(), phase.seconds()));
        AccessTrackingResult.Benchmark benchmark = run.benchmark();
        if (benchmark != null) {
            figure("slowestVcpuSeconds", benchmark.slowestVcpuSeconds());
            figure("passSeconds", benchmark.passSeconds());
        }
    }

    private void add(MmuStressResult.Run run) {
        configuration = run.configuration().name();
        figure("run1Seconds", run.run1Seconds());
        figure("resetSeconds", run.resetSeconds());
        figure("run2Seconds", run.run2Seconds());
        figure("readOnlySeconds", run.readOnlySeconds());
        figure("writableSeconds", run.writableSeconds());
    }

    private void add(DirtyLogPerfResult.Run run) {
        configuration = run.configuration().name() + " " + run.ending().label();
        for (DirtyLogPerfResult.Phase phase : run.phases()) {
            figure(phase.step().name().toLowerCase(Locale.ROOT), phase.seconds());
        }
    }

    private void add(DemandPagingResult.Run run) {
        configuration = run.label();
        figure("seconds", run.seconds());
    }

    private void add(NeighboursResult.Run run) {
        configuration = run.configuration().name();
        figure("populatingSeconds", run.populating().seconds());
        figure("kswapdSeconds", run.kswapd().cpuSeconds());
        run.guests()
                .forEach(guest -> figure(guest.name() + " accesses", (double) guest.accesses()));
    }

    private void add(PfnDesignsResult.Run run) {
        configuration = run.configuration().name();
        figure("populate", run.seconds().populate());
        figure("age", run.seconds().age());
        figure("again", run.seconds().again());
        figure("log", run.seconds().log());
        figure("device", run.seconds().device());
    }

    private void add(ArchitecturesResult.Run run) {
        configuration = run.configuration().name();
        figure("populateSeconds", run.populateSeconds());
        figure("roundSeconds", run.roundSeconds());
        figure("passSeconds", run.aging().passSeconds());
        figure("stallSeconds", run.stall().seconds());
    }
}
