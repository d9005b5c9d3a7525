package org.gleaner.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.gleaner.lab.execute.validate.ValidationRun;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.ValidationText;
import org.gleaner.lab.run.ValidationRequest;
import org.gleaner.lab.run.ValidationResult;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.validate.CellFilter;
import org.gleaner.lab.validate.RealRuns;
import org.gleaner.lab.validate.RealTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    private final Surroundings surroundings;

    @Parameters(
            arity = "0..1",
            paramLabel = "TABLE.csv",
            description =
                    "Rows as validation/run.sh writes them (default: validation/results.csv of the "
                            + "installation). Traces are looked for beside it, then among the "
                            + "bundled ones.")
    private @Nullable Path table;

    @Mixin private CellsOptions chosen = new CellsOptions();

    @Mixin private SeedsOptions seeds = new SeedsOptions();

    @Mixin private OutputOptions options = new OutputOptions();

    ValidateReclaimCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        List<Long> bySeed = seeds.seeds();
        Path file = table != null ? table : bundled();
        List<RealRuns> cells =
                chosen.of(RealTable.read(file, surroundings.input()), CellFilter::ofReplays);
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        ValidationRequest request = new ValidationRequest(file, cells, traces(file, cells), bySeed);
        ValidationResult result =
                ValidationRun.run(
                        request, surroundings.executors().replay(), options.progress(surroundings));
        return new Outcome(result.completeness(), 1, List.of(result), ValidationText.of(result))
                .tell(surroundings, options, directory);
    }

    private Path bundled() {
        return surroundings.home().resolve("validation").resolve("results.csv");
    }

    private Map<String, Trace> traces(Path file, List<RealRuns> cells) {
        TableTraces traces = new TableTraces(file, surroundings);
        for (RealRuns runs : cells) {
            traces.need(runs.cell().trace(), runs.place(), runs.accesses(), runs.distinctPages());
        }
        return traces.all();
    }
}
