package org.gleaner.lab.advise;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.run.PackingResult;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.size.Scale;

/// Packs a population by simulation and by adding up, and says what came out.
public final class PackedHosts {

    private PackedHosts() {}

    /// What is asked.
    ///
    /// @param population file of the VMs
    /// @param scale of VMs and hosts
    /// @param hostPages memory of a host at that scale
    public record Question(
            String population,
            Scale scale,
            long hostPages,
            List<Objective> objectives,
            List<Long> seeds) {

        public Question {
            objectives = List.copyOf(objectives);
            seeds = List.copyOf(seeds);
        }
    }

    /// How close a VM comes to breaking an objective: its figure by the bound, the most of all
    /// objectives. Rates and shares of time are those of a VM at full size, which does as much more
    /// as it has more pages; times are what they are.
    public static ToDoubleFunction<TrialResult.Vm> strain(List<Objective> objectives, Scale scale) {
        return vm -> {
            if (vm.ending() != null) {
                return Double.MAX_VALUE;
            }
            double most = 0;
            for (Objective each : objectives) {
                most = Math.max(most, full(each.metric(), vm, scale) / each.bound());
            }
            return most;
        };
    }

    private static double full(Metric metric, TrialResult.Vm vm, Scale scale) {
        double own = metric.of(vm);
        return metric.unit() == Metric.Unit.TIME
                ? own
                : own * scale.whole() / (double) scale.part();
    }

    /// Packs.
    public static PackingResult of(Packing packing, Question question) {
        List<PackingResult.Way> ways = new ArrayList<>();
        ways.add(way("size", packing, question, packing.byAddingUp(TrialVm::sizePages)));
        ways.add(way("touched", packing, question, packing.byAddingUp(Packing::touched)));
        ways.add(way("simulated", packing, question, packing.bySimulating()));
        List<Integer> all = packing.all();
        return new PackingResult(
                question.population(),
                all.size(),
                question.scale(),
                question.hostPages(),
                question.objectives().stream().map(Objective::text).toList(),
                packing.sum(all, TrialVm::sizePages),
                packing.touchedPages(all),
                ways,
                ways.getFirst().hosts().size() - ways.getLast().hosts().size(),
                packing.trialCount(),
                question.seeds(),
                assumed());
    }

    private static List<String> assumed() {
        return List.of(
                "rates and shares of time are those of the scale times its inverse: a VM at full"
                        + " size does as much more as it has more pages",
                "all VMs are there at the same time, each has one vCPU, and no VM moves",
                "VMs come in the order of the file, and none is known before it comes");
    }

    private static PackingResult.Way way(
            String by, Packing packing, Question question, List<Packing.Packed> hosts) {
        Packing.Packed worst =
                hosts.stream()
                        .max(Comparator.comparingDouble(Packing.Packed::strain))
                        .orElseThrow();
        return new PackingResult.Way(
                by,
                hosts.stream().map(each -> host(packing, each)).toList(),
                (int) hosts.stream().filter(each -> !each.holds()).count(),
                packing.name(worst.worst()),
                worst.strain(),
                suffered(packing.suffered(worst), question));
    }

    private static PackingResult.Host host(Packing packing, Packing.Packed host) {
        return new PackingResult.Host(
                host.vms().stream().map(packing::name).toList(),
                packing.sum(host.vms(), TrialVm::sizePages),
                packing.touchedPages(host.vms()),
                packing.name(host.worst()),
                host.strain());
    }

    /// The figure that comes closest to its bound.
    private static String suffered(TrialResult.Vm vm, Question question) {
        if (vm.ending() != null) {
            return "killed: " + vm.ending();
        }
        Objective worst =
                question.objectives().stream()
                        .max(
                                Comparator.comparingDouble(each ->
                                        full(each.metric(), vm, question.scale()) / each.bound()))
                        .orElseThrow();
        double value = full(worst.metric(), vm, question.scale());
        String amount =
                switch (worst.metric().unit()) {
                    case TIME -> String.format(Locale.ROOT, "%.3f ms", value / 1e6);
                    case RATE -> String.format(Locale.ROOT, "%.1f/s", value);
                    case SHARE -> String.format(Locale.ROOT, "%.3f %%", value);
                };
        return worst.metric().label() + " " + amount;
    }
}
