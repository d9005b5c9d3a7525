package org.gleaner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.advise.Advice;
import org.gleaner.lab.advise.AdvisedHost;
import org.gleaner.lab.advise.Objective;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.KnobChoice;
import org.gleaner.lab.report.AdviceText;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.run.AdviceResult;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `gleaner advise`: how many recorded VMs a host holds under objectives, and what would change
/// that.
@Command(
        name = "advise",
        description =
                "Say how many recorded VMs a host holds under objectives, where the cliff is, and"
                        + " what would move it.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class AdviseCommand implements Callable<Integer> {

    private static final int MOST_VMS = 1000;
    private static final String NO_KNOBS = "none";

    private final Surroundings surroundings;

    @Mixin private HostOptions host = new HostOptions();

    @Option(
            names = "--vms",
            paramLabel = "TRACE",
            arity = "1..*",
            required = true,
            description =
                    "What VMs do, one trace after the other and then again: files of any format,"
                            + " names of bundled traces, or -.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--knobs",
            paramLabel = "KNOBS",
            defaultValue = "kernel,lru,aging,swap,low",
            description =
                    "What else is tried: some of kernel, lru, aging, swap, low (memory.low), or"
                            + " none (default: all).")
    private String knobs = "kernel,lru,aging,swap,low";

    @Option(
            names = "--most",
            paramLabel = "N",
            defaultValue = "200",
            description = "The most VMs that are tried, 1 to 1000 (default: 200).")
    private int most = 200;

    @Mixin private VmOptions vms = new VmOptions();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Seed of everything random, and of where VMs begin in their traces"
                            + " (default: 1).")
    private long seed = 1;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Try with N seeds, the first and those after it, 1 to 100 (default: 3).")
    private int seeds = 3;

    @Mixin private TraceInput input = new TraceInput();

    @Mixin private OutputOptions options = new OutputOptions();

    AdviseCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Advice.Question question = question();
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        AdviceResult result = Advice.of(question, options.progress(surroundings));
        Completeness whole = Completeness.whole(1);
        return new Outcome(whole, 1, List.of(result), AdviceText.of(whole, result))
                .tell(surroundings, options, directory);
    }

    private Advice.Question question() {
        vms.check();
        List<Objective> objectives = host.objectives();
        List<KnobChoice> tried = knobs();
        List<Long> tries = SeedsOptions.from(seed, seeds, SeedsOptions.MOST_SEEDS);
        InRange.check("--most", most, 1, MOST_VMS);
        AdvisedHost.File described = host.file(surroundings.input());
        AdvisedHost asked = described.with(host.settings(List.of()));
        return new Advice.Question(
                turned -> described.with(host.settings(turned)),
                vms.population(traces(asked)),
                objectives,
                vms.watch(),
                tries,
                tried,
                most);
    }

    private List<KnobChoice> knobs() {
        if (knobs.strip().equals(NO_KNOBS)) {
            return List.of();
        }
        try {
            return Each.parse(knobs, word -> Choice.of(KnobChoice.class, word)).values();
        } catch (BadInput bad) {
            throw bad.at("--knobs");
        }
    }

    private List<Trace> traces(AdvisedHost asked) {
        List<Path> files = names.stream().map(surroundings.traces()::find).toList();
        TraceReader reader =
                new TraceReader(
                        surroundings.input(),
                        input.format(),
                        input.reconstruction(),
                        Heap.ofProcess());
        return files.stream()
                .map(file -> reader.trace(file).inPagesOf(asked.pageSize().bytes()))
                .toList();
    }
}
