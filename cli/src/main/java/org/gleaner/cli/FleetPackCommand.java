package org.gleaner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.advise.AdvisedHost;
import org.gleaner.lab.advise.Objective;
import org.gleaner.lab.advise.PackedHosts;
import org.gleaner.lab.advise.Packing;
import org.gleaner.lab.fleet.BusyParts;
import org.gleaner.lab.fleet.MadePopulation;
import org.gleaner.lab.fleet.MadeVm;
import org.gleaner.lab.fleet.PopulationFile;
import org.gleaner.lab.fleet.VmTrace;
import org.gleaner.lab.report.PackingText;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.PackingResult;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.size.Span;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.TraceLap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner fleet pack`: how many hosts a population needs.
@Command(
        name = "pack",
        description =
                "Say how many hosts, all alike, a population needs if each takes VMs until one of"
                        + " them would break an objective, and if memory is added up.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class FleetPackCommand implements Callable<Integer> {

    private static final int MOST_REQUEST = 1_000_000;

    private final Surroundings surroundings;

    @Parameters(
            paramLabel = "POPULATION.yaml",
            description = "The VMs, as 'gleaner fleet population' writes them; first come, first.")
    private Path population = Path.of("");

    @Mixin private HostOptions host = new HostOptions();

    @Option(
            names = "--scale",
            paramLabel = "FRACTION",
            defaultValue = "1/1024",
            description = "Of the memory of VMs and hosts (default: 1/1024).")
    private Scale scale = Scale.parse("1/1024");

    @Option(
            names = "--watch",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long VMs are watched on a host (default: 60s).")
    private Span watch = Span.parse("60s");

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long they run there before (default: 60s).")
    private Span warmUp = Span.parse("60s");

    @Option(
            names = "--request",
            paramLabel = "N",
            defaultValue = "100",
            description = "Accesses of a request, whose stalls are added up (default: 100).")
    private int request = 100;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Seed of everything random, and of where VMs begin in their laps (default: 1).")
    private long seed = 1;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "A host has to keep the objectives with N seeds, the first and those after it"
                            + " (default: 1).")
    private int seeds = 1;

    @Mixin private OutputOptions options = new OutputOptions();

    FleetPackCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        List<Long> tries = SeedsOptions.from(seed, seeds, SeedsOptions.MOST_SEEDS);
        check();
        List<Objective> objectives = host.objectives();
        AdvisedHost hosts = hosts();
        MadePopulation vms = PopulationFile.read(population, surroundings.input());
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        Packing packing =
                new Packing(
                        hosts,
                        bySeed(vms, hosts, tries),
                        new TrialRequest.Watch(request, warmUp.nanos(), watch.nanos()),
                        seed,
                        PackedHosts.strain(objectives, scale),
                        options.progress(surroundings));
        PackingResult result =
                PackedHosts.of(
                        packing,
                        new PackedHosts.Question(
                                String.valueOf(population.getFileName()),
                                scale,
                                hosts.pages(),
                                objectives,
                                tries));
        return new Outcome(Completeness.whole(1), 1, List.of(result), PackingText.of(result))
                .tell(surroundings, options, directory);
    }

    private void check() {
        InRange.check("--request", request, 1, MOST_REQUEST);
        if (watch.nanos() < 1) {
            throw new BadInput("--watch", watch + " is no time at all", "give 1ms or more");
        }
    }

    /// The host at the scale: its memory shrinks, and shares of it with it.
    private AdvisedHost hosts() {
        AdvisedHost.File file = host.file(surroundings.input());
        AdvisedHost whole = file.with(host.settings(List.of()));
        if (whole.pageSize().bytes() != Size.PAGE) {
            throw new BadInput(
                    host.place(),
                    "has pages of " + Size.approximately(whole.pageSize().bytes()),
                    "leave host.pageSize out: made VMs have pages of 4KiB");
        }
        Size memory = new Size.Bytes(whole.pages() * Size.PAGE).scaled(scale);
        try {
            return file.with(host.settings(List.of("host.memory=" + memory)));
        } catch (BadInput bad) {
            throw bad.at(host.place() + " at scale " + scale);
        }
    }

    /// The VMs for each seed; each begins somewhere else in its lap.
    private List<List<TrialVm>> bySeed(MadePopulation made, AdvisedHost hosts, List<Long> tries) {
        BusyParts parts = new BusyParts(surroundings.traces(), surroundings.input());
        Set<String> names = new HashSet<>();
        List<HeldTrace> traces = new ArrayList<>();
        double lap = made.lapSeconds();
        for (MadeVm vm : made.vms()) {
            if (!names.add(vm.name())) {
                throw new BadInput(
                        population.toString(),
                        "has two VMs called '" + vm.name() + "'",
                        "give each a name of its own");
            }
            HeldTrace trace = VmTrace.of(vm, parts.of(vm.busy()), lap, scale);
            if (trace.distinctPages() > hosts.pages() / 2 + hosts.swapPages()) {
                throw new BadInput(
                        population.toString(),
                        "%s touches %s at scale %s, more than a host can hold"
                                .formatted(
                                        vm.name(),
                                        Size.approximately(
                                                (long) trace.distinctPages() * Size.PAGE),
                                        scale),
                        "take larger hosts, or leave it out");
            }
            traces.add(trace);
        }
        List<List<TrialVm>> all = new ArrayList<>();
        for (long each : tries) {
            List<TrialVm> vms = new ArrayList<>();
            for (int i = 0; i < traces.size(); i++) {
                HeldTrace trace = traces.get(i);
                vms.add(
                        new TrialVm(
                                trace.name(),
                                TraceLap.bySeed(trace, each, i),
                                VmTrace.sizePages(made.vms().get(i), scale),
                                trace.length() / lap,
                                TrialVm.Limits.NONE));
            }
            all.add(vms);
        }
        return all;
    }
}
