package org.gleaner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.execute.ValidationRun;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.ValidationText;
import org.gleaner.lab.run.ValidationRequest;
import org.gleaner.lab.run.ValidationResult;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceCatalog;
import org.gleaner.lab.trace.TraceReader;
import org.gleaner.lab.validate.CellFilter;
import org.gleaner.lab.validate.RealRuns;
import org.gleaner.lab.validate.RealTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner validate reclaim`: a table of runs of a real kernel, replayed row by row.
@Command(
        name = "reclaim",
        description = {
            "Replay every row of a table of real runs, and say how far our counts are outside the "
                    + "real ones.",
            "A row groups all runs with the same settings; its band is their least and most. It "
                    + "fails, and the exit code is 1, if pgmajfault or pswpout is more than 5%% "
                    + "outside. The other counters are only shown."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class ValidateReclaimCommand implements Callable<Integer> {

    private static final int MOST_SEEDS = 100;

    private final Surroundings surroundings;

    @Parameters(
            arity = "0..1",
            paramLabel = "TABLE.csv",
            description =
                    "Rows as validation/run.sh writes them (default: validation/results.csv of the "
                            + "installation). Traces are looked for beside it, then among the "
                            + "bundled ones.")
    private @Nullable Path table;

    @Option(
            names = "--only",
            paramLabel = "COLUMN=VALUE",
            description =
                    "Only rows with this value, such as kernel=6.12,mode=mglru; may be repeated.")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The first seed (default: 1).")
    private long seed = 1;

    @Option(
            names = "--seeds",
            paramLabel = "K",
            defaultValue = "3",
            description =
                    "Replay with K seeds from the first on; the median counts (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Mixin private OutputOptions options = new OutputOptions();

    ValidateReclaimCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (seeds < 1 || seeds > MOST_SEEDS) {
            throw new BadInput("--seeds", seeds + " is out of range", "give 1 to " + MOST_SEEDS);
        }
        Path file = table != null ? table : bundled();
        List<RealRuns> cells = chosen(RealTable.read(file, surroundings.input()));
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        ValidationRequest request =
                new ValidationRequest(
                        file,
                        cells,
                        traces(file, cells),
                        LongStream.range(seed, seed + seeds).boxed().toList());
        ValidationResult result =
                ValidationRun.run(
                        request, surroundings.executors().replay(), options.progress(surroundings));
        return new Outcome(result.completeness(), 1, List.of(result), ValidationText.of(result))
                .tell(surroundings, options, directory);
    }

    private Path bundled() {
        return surroundings.home().resolve("validation").resolve("results.csv");
    }

    private List<RealRuns> chosen(List<RealRuns> all) {
        if (only.isEmpty()) {
            return all;
        }
        try {
            return new CellFilter(only).of(all);
        } catch (BadInput bad) {
            throw bad.at("--only " + String.join(",", only));
        }
    }

    private Map<String, Trace> traces(Path file, List<RealRuns> cells) {
        Map<String, Trace> traces = new LinkedHashMap<>();
        TraceCatalog beside = new TraceCatalog(file.toAbsolutePath().resolveSibling(""));
        for (RealRuns runs : cells) {
            String name = runs.cell().trace();
            Trace trace = traces.get(name);
            if (trace == null) {
                TraceCatalog catalog =
                        beside.names().contains(name) ? beside : surroundings.traces();
                trace = read(catalog, name, runs.place());
                traces.put(name, trace);
            }
            check(trace, runs);
        }
        return traces;
    }

    private static Trace read(TraceCatalog catalog, String name, String place) {
        try {
            return TraceReader.read(catalog.find(name));
        } catch (BadInput bad) {
            throw bad.at(place + ", " + bad.where());
        }
    }

    private static void check(Trace trace, RealRuns runs) {
        long accesses = trace.length();
        if (accesses != runs.accesses() || trace.distinctPages() != runs.distinctPages()) {
            throw new BadInput(
                    runs.place(),
                    "was run on %d accesses to %d pages, and the trace '%s' has %d to %d"
                            .formatted(
                                    runs.accesses(),
                                    runs.distinctPages(),
                                    trace.name(),
                                    accesses,
                                    trace.distinctPages()),
                    "put the trace of that run beside the table");
        }
    }
}
