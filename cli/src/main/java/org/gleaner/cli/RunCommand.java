package org.gleaner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.execute.vary.BandRun;
import org.gleaner.lab.execute.vary.SeedRuns;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.report.BandText;
import org.gleaner.lab.report.FileText;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.ScenarioText;
import org.gleaner.lab.report.SeriesCsv;
import org.gleaner.lab.run.BundledBand;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.ErrorBand;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.run.ScenarioRuns;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.scenario.ScenarioFile;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner run`: one scenario, its configurations side by side.
@Command(
        name = "run",
        description = "Run a scenario: designs side by side on one machine.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class RunCommand implements Callable<Integer> {

    /// Of what says none.
    static final Scale USUAL_SCALE = Scale.parse("1/64");

    private static final int LEAST_POINTS = 5;
    private static final int MOST_POINTS = 10_000;

    private Surroundings surroundings;

    @Parameters(
            arity = "0..1",
            paramLabel = "SCENARIO",
            defaultValue = MaxGuestMemory.KIND,
            description =
                    "A .yaml file, a result.json to run again, - for standard input, or a bundled "
                            + "scenario; see 'gleaner scenario list' (default: max-guest-memory).")
    private String scenario = MaxGuestMemory.KIND;

    @Option(
            names = "--scale",
            paramLabel = "1/N",
            description =
                    "Shrink memory, swap and watermarks; CPUs and costs stay. 1 is full size"
                            + " (default: what the scenario says, or 1/64).")
    private @Nullable Scale scale;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change one key, such as host.cpus=128; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--ablate",
            description = "Also run the configurations with parts taken out, one at a time.")
    private boolean ablate;

    @Option(
            names = "--band",
            paramLabel = "N",
            description =
                    "Run N times more, at points of the ranges of the cost constants, and say how "
                            + "far that moves the figures; 20 or more mean something. The "
                            + "default scenario's band is known without.")
    private @Nullable Integer band;

    @Option(
            names = "--live",
            description =
                    "Show the run in a browser while it goes on: prints the address, and serves it"
                            + " until Ctrl-C.")
    private boolean live;

    @Mixin private CompareOptions compare = new CompareOptions();

    @Mixin private SampleOptions samples = new SampleOptions();

    @Mixin private CommonOptions options = new CommonOptions();

    RunCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// What is asked for, of which all has been checked that can be without running it.
    ///
    /// @param whole at full size, with the first seed
    /// @param bySeed at the scale, one for each seed
    /// @param observation of the first seed's hosts
    private record Asked(
            Scenario whole, List<Scenario> bySeed, Scale by, Observation observation) {}

    /// @throws BadInput if it cannot be run
    void check() {
        asked();
    }

    private Asked asked() {
        ScenarioFile file = compare.over(ScenarioReader.open(scenario, surroundings.input()));
        Scale by = scale != null ? scale : Objects.requireNonNullElse(file.scale(), USUAL_SCALE);
        List<Long> seeds = options.seeds(file.scenario(settings, Scale.FULL).seed());
        Scenario whole = file.scenario(with(seeds.getFirst()), Scale.FULL);
        List<Scenario> bySeed = seeds.stream().map(seed -> file.scenario(with(seed), by)).toList();
        checkAblations(whole);
        checkBand();
        boolean kept = options.out != null || surroundings.places().keep();
        return new Asked(whole, bySeed, by, samples.observation(options.engine, kept));
    }

    @Override
    public Integer call() {
        Asked asked = asked();
        @Nullable ResultsDirectory directory = directory(asked.bySeed(), asked.by());
        if (!live) {
            return run(asked, directory);
        }
        Path place = options.out == null ? null : options.out.toAbsolutePath().getParent();
        Surroundings shown = place == null ? surroundings : surroundings.keepingIn(place);
        try (LiveView view = LiveView.open(shown, System.getenv())) {
            surroundings = view.surroundings();
            int code = run(asked, directory);
            view.stay(code);
            return code;
        }
    }

    private int run(Asked asked, @Nullable ResultsDirectory directory) {
        Scale by = asked.by();
        Observation observation = asked.observation();
        ScenarioRuns runs =
                SeedRuns.run(
                        asked.bySeed(),
                        (one, progress) ->
                                executors(one.seed() == asked.whole().seed() ? observation : null)
                                        .run(one, by, options.engine, ablate, progress),
                        options.progress(surroundings));
        ErrorBand known = band(asked.whole(), runs);
        Completeness whole = band == null ? runs.completeness() : with(runs.completeness(), known);
        String full = ScenarioText.full(runs.completeness(), runs.result(), known);
        String text =
                options.verbose ? full : ScenarioText.of(runs.completeness(), runs.result(), known);
        return new Outcome(
                        whole,
                        1,
                        List.of(runs.result()),
                        text,
                        full,
                        known == null ? Map.of() : Map.of("band", known),
                        files(known, observation))
                .tell(surroundings.with(asked.whole()), options, directory);
    }

    /// Those that look at their hosts, if they are to.
    private Executors executors(@Nullable Observation observation) {
        Executors all = surroundings.executors();
        return observation == null ? all : all.with(observation);
    }

    private static Map<String, FileText> files(@Nullable ErrorBand known, Observation observation) {
        Map<String, FileText> all = new HashMap<>(SeriesCsv.files(observation.series()));
        if (known != null) {
            all.put("band.csv", FileText.of(BandText.csv(known)));
        }
        return all;
    }

    /// The band that was asked for, or the one that is known; null if there is none.
    private @Nullable ErrorBand band(Scenario asked, ScenarioRuns runs) {
        List<ScenarioResult> bySeed = runs.result().bySeed();
        if (!runs.completeness().complete() || options.engine == EngineChoice.THREADS) {
            return null;
        }
        if (band == null) {
            return BundledBand.of(asked).map(each -> each.around(bySeed)).orElse(null);
        }
        ErrorBand measured =
                BandRun.run(
                        bySeed.getFirst(),
                        band,
                        asked.seed(),
                        surroundings.executors(),
                        options.progress(surroundings));
        return measured.points() == 0 ? null : measured.around(bySeed);
    }

    /// The points of a band are parts of what was asked for.
    private Completeness with(Completeness runs, @Nullable ErrorBand known) {
        int asked = Objects.requireNonNull(band);
        int points = known == null ? 0 : known.points();
        List<String> missing = new ArrayList<>(runs.missing());
        if (points < asked) {
            missing.add((asked - points) + " points of the band");
        }
        return new Completeness(runs.asked() + asked, runs.finished() + points, missing);
    }

    private void checkBand() {
        if (band == null) {
            return;
        }
        if (band < LEAST_POINTS || band > MOST_POINTS) {
            throw new BadInput(
                    "--band",
                    band + " points are no band",
                    "give " + LEAST_POINTS + " to " + MOST_POINTS);
        }
        if (options.engine == EngineChoice.THREADS) {
            throw new BadInput(
                    "--band", "real threads charge no constants", "use it with --engine virtual");
        }
    }

    private List<String> with(long seed) {
        List<String> all = new ArrayList<>(settings);
        all.add("seed=" + seed);
        return all;
    }

    private void checkAblations(Scenario chosen) {
        boolean some = chosen instanceof MaxGuestMemory max && !max.ablations().isEmpty();
        if (ablate && !some) {
            throw new BadInput(
                    "--ablate",
                    "'" + chosen.name() + "' has no ablations",
                    "use it with a max-guest-memory scenario that lists some");
        }
    }

    /// Unless told where, under a name that says what was run; null where none is kept.
    private @Nullable ResultsDirectory directory(List<Scenario> bySeed, Scale by) {
        if (options.out != null) {
            return ResultsDirectory.at(options.out);
        }
        if (!surroundings.places().keep()) {
            return null;
        }
        RunName name =
                new RunName(bySeed.getFirst().name())
                        .and(compare.words())
                        .and(settings)
                        .and(options.engine == EngineChoice.THREADS, EngineChoice.THREADS.label())
                        .and(ablate, "ablate")
                        .and(band != null, "band" + band)
                        .and(by.toString())
                        .and("s" + bySeed.getFirst().seed())
                        .and(bySeed.size() > 1, "" + bySeed.getLast().seed());
        return ResultsDirectory.numbered(surroundings.results().resolve(name.toString()));
    }
}
