package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.gleaner.lab.choice.KvmChoice;
import org.gleaner.lab.choice.LogEnding;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.PageSupplier;
import org.gleaner.lab.choice.PfnChoice;
import org.gleaner.lab.choice.Workload;
import org.gleaner.lab.scenario.AccessTracking;
import org.gleaner.lab.scenario.AcrossArchitectures;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.DemandPaging;
import org.gleaner.lab.scenario.DirtyLogPerf;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.MmuStress;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.PfnDesigns;
import org.gleaner.lab.scenario.Scenario;

/// What the words of a scenario's report mean, and what to ask next.
final class ScenarioLegend {

    private ScenarioLegend() {}

    /// What is measured.
    static String measured(Scenario scenario) {
        return switch (scenario) {
            case MaxGuestMemory _ ->
                    """
                    run1: all vCPUs write a guest as large as its host; reset: its page tables go;
                    run2: they write it again, which is reclaim, faults and the locks between them
                    """;
            case AccessTracking _ ->
                    """
                    the vCPUs touch their memory and the host looks who did: young are the pages
                    that it found used since it last looked
                    """;
            case MmuStress _ ->
                    """
                    the host forbids the guest's writes now and then: forbidden and lost must be 0
                    """;
            case PfnDesigns _ ->
                    """
                    the guest writes more than its host has, is aged, writes again and is logged;
                    what differs is how KVM gets hold of the host's pages, and when it marks them
                    """;
            case AcrossArchitectures _ ->
                    """
                    the guest writes all of its memory, more than its host has, and accesses it by
                    Zipf's law in rounds, each with an aging pass; counted are the rounds
                    """;
            case DirtyLogPerf _ ->
                    """
                    the host logs which pages the guest writes to, and then the log is disabled:
                    what each phase takes, and the faults, flushes and splits in it
                    """;
            case DemandPaging _ ->
                    """
                    the guest writes to memory of which user space supplies each page when it is
                    touched: how many a second, and how long a vCPU is without its page
                    """;
            case Neighbours all when works(all) ->
                    """
                    what guests get done of their work, phase by phase, while their host is short of
                    memory; of several guests the sum, the median p50, and the highest p99 and p99.9
                    """;
            case Neighbours _ ->
                    """
                    guests that do not fit together: who loses pages, and to whom
                    """;
        };
    }

    private static boolean works(Neighbours scenario) {
        return scenario.guests().stream().anyMatch(each -> each.workload() == Workload.PHASES);
    }

    /// What is compared: a line each.
    static List<String> compared(Scenario scenario) {
        List<Configuration> all = scenario.configurations();
        if (scenario instanceof DemandPaging paging) {
            return suppliers(paging);
        }
        if (!(scenario instanceof DirtyLogPerf log)) {
            return configurations(scenario);
        }
        List<String> lines = new ArrayList<>(all.size() > 1 ? configurations(scenario) : List.of());
        int width = log.endings().stream().mapToInt(e -> e.label().length()).max().orElse(0);
        for (LogEnding each : log.endings()) {
            lines.add(
                    String.format(Locale.ROOT, "%-" + width + "s  %s", each.label(), each.about()));
        }
        return lines;
    }

    private static List<String> suppliers(DemandPaging scenario) {
        List<String> lines =
                new ArrayList<>(
                        scenario.configurations().size() > 1
                                ? configurations(scenario)
                                : List.of());
        for (PageSupplier each : scenario.suppliers()) {
            lines.add(String.format(Locale.ROOT, "%-9s  %s", each.label(), each.about()));
        }
        return lines;
    }

    private static List<String> configurations(Scenario scenario) {
        List<Configuration> all = scenario.configurations();
        int width = all.stream().mapToInt(each -> each.name().length()).max().orElse(0);
        Set<Lru> lrus = new LinkedHashSet<>();
        all.forEach(each -> lrus.add(each.lru()));
        long kernels = all.stream().map(Configuration::kernel).distinct().count();
        long processors = all.stream().map(Configuration::processor).distinct().count();
        Set<String> told = new LinkedHashSet<>();
        List<String> lines = new ArrayList<>();
        for (Configuration each : all) {
            String kernel = kernels == 1 ? "" : each.kernel().label() + "; ";
            String costs = scenario.host().costs().on(each.arch()).label();
            String processor = processors == 1 ? "" : each.processor() + ", costs " + costs + "; ";
            String lru = lrus.size() == 1 ? "" : lru(each.lru()) + "; ";
            KvmChoice kvm = each.kvm();
            if (kvm != null) {
                lru += kvm.about() + "; ";
            }
            PfnChoice pfn = each.pfn();
            if (pfn != null) {
                lru += pfn.about() + "; ";
            }
            String aging = aging(each);
            String about = told.add(aging) ? aging : "aging as " + first(all, aging);
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%-" + width + "s  %s%s%s%s",
                            each.name(),
                            processor,
                            kernel,
                            lru,
                            about));
        }
        return lines;
    }

    private static String aging(Configuration configuration) {
        String flush = configuration.withoutFlush() ? "; here without the flush" : "";
        return configuration.aging().about() + flush;
    }

    private static String first(List<Configuration> all, String aging) {
        return all.stream()
                .filter(each -> aging(each).equals(aging))
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static String lru(Lru lru) {
        return switch (lru) {
            case MGLRU -> "MGLRU";
            case CLASSIC -> "classic LRU";
        };
    }

    /// What to ask next.
    static String next(Scenario scenario) {
        String own =
                switch (scenario) {
                    case MaxGuestMemory max when !max.ablations().isEmpty() ->
                            "--ablate: what each part is worth; ";
                    case DirtyLogPerf _ -> "--set runWhileDisabling=false: without the vCPUs; ";
                    case DemandPaging _ -> "--set single=false: a queue for each vCPU; ";
                    case Neighbours _ -> "--set guests.0.high=50%: hold a guest down; ";
                    default -> "";
                };
        return own + "--verbose: all that is known";
    }
}
