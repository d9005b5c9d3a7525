package org.gleaner.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.gleaner.lab.execute.replay.ReplayRuns;
import org.gleaner.lab.execute.together.TogetherRun;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.report.ComparisonFields;
import org.gleaner.lab.report.CurveCsv;
import org.gleaner.lab.report.FileText;
import org.gleaner.lab.report.ReplayText;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.SeriesCsv;
import org.gleaner.lab.report.TogetherText;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.ReplayCaveats;
import org.gleaner.lab.run.ReplayComparison;
import org.gleaner.lab.run.ReplayPlan;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.run.TogetherResult;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `gleaner replay`: recorded traces, each by itself under a memory limit, with every combination
/// of options asked for.
@Command(
        name = "replay",
        description = "Replay recorded page traces, each by itself, under a memory limit.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class ReplayCommand implements Callable<Integer> {

    private static final long DEFAULT_SEED = 1;

    private final Surroundings surroundings;

    @Parameters(
            arity = "1..*",
            paramLabel = "TRACE",
            description =
                    "Files of any format that 'gleaner trace formats' lists, compressed or not,"
                            + " names of bundled traces, or - for standard input.")
    private List<String> names = new ArrayList<>();

    @Mixin private TraceInput input = new TraceInput();

    @Mixin private ReplayOptions how = new ReplayOptions();

    @Mixin private SampleOptions samples = new SampleOptions();

    @Mixin private CommonOptions options = new CommonOptions();

    ReplayCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        how.check();
        List<Long> seeds = options.seeds(DEFAULT_SEED);
        List<Path> files = names.stream().map(surroundings.traces()::find).toList();
        Observation observation = samples.observation(options.engine, options.out != null);
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        TraceReader reader =
                new TraceReader(
                        surroundings.input(),
                        input.format(),
                        input.reconstruction(),
                        Heap.ofProcess());
        List<Trace> traces =
                files.stream()
                        .map(file ->
                                input.isUsual()
                                        ? surroundings.shelf().trace(file, () -> reader.trace(file))
                                        : reader.trace(file))
                        .map(how::inHostPages)
                        .toList();
        if (how.together()) {
            return together(how.hosts(traces, options.engine, seeds), observation, directory);
        }
        ReplayPlan plan = how.plan(traces, options.engine, seeds, observation);
        ReplayComparison comparison =
                ReplayRuns.run(
                        plan, surroundings.executors().replay(), options.progress(surroundings));
        return new Outcome(
                        comparison.completeness(),
                        plan.combinations().size(),
                        comparison.replays(),
                        ReplayText.of(comparison, options.verbose, surroundings.out().charset()),
                        ReplayText.of(comparison, true, StandardCharsets.UTF_8),
                        ComparisonFields.of(comparison),
                        files(comparison))
                .tell(surroundings, options, directory);
    }

    private static Map<String, FileText> files(ReplayComparison comparison) {
        ReplayPlan plan = comparison.plan();
        Map<String, FileText> all = new HashMap<>(SeriesCsv.files(plan.observation().series()));
        if (plan.curve()) {
            all.put("curve.csv", FileText.of(CurveCsv.of(comparison)));
        }
        return all;
    }

    private int together(
            List<TogetherRequest> hosts,
            Observation observation,
            @Nullable ResultsDirectory directory) {
        List<TogetherResult> results =
                TogetherRun.run(hosts, observation, options.progress(surroundings));
        List<String> missing =
                hosts.subList(results.size(), hosts.size()).stream()
                        .map(host -> "seed " + host.seed())
                        .toList();
        List<String> caveats = ReplayCaveats.of(hosts.getFirst());
        String caution = caveats.stream().map(line -> line + "\n").collect(Collectors.joining());
        return new Outcome(
                        new Completeness(hosts.size(), results.size(), missing),
                        hosts.size(),
                        results,
                        caution + TogetherText.of(results, options.verbose),
                        caution + TogetherText.of(results, true),
                        caveats.isEmpty() ? Map.of() : Map.of("caveats", caveats),
                        SeriesCsv.files(observation.series()))
                .tell(surroundings, options, directory);
    }
}
