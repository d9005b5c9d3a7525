package org.gleaner.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.gleaner.lab.execute.validate.TogetherValidationRun;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.TogetherValidationText;
import org.gleaner.lab.run.TogetherValidationRequest;
import org.gleaner.lab.run.TogetherValidationResult;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.validate.CellFilter;
import org.gleaner.lab.validate.TogetherRuns;
import org.gleaner.lab.validate.TogetherTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `gleaner validate together`: a table of traces that real kernels ran together, replayed row by
/// row.
@Command(
        name = "together",
        description = {
            "Replay traces that took turns in cgroups under one limit on a real kernel, and say how"
                    + " far our counts are outside the real ones.",
            "A row groups all boots with the same settings; its band is their least and most. It "
                    + "fails, and the exit code is 1, if pgmajfault of all its traces is more than "
                    + "5%% outside, or of one of them more than 10%%."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class ValidateTogetherCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(
            arity = "0..1",
            paramLabel = "TABLE.csv",
            description =
                    "Rows as validation/together.sh writes them (default: "
                            + "validation/together/results.csv of the installation). Traces are "
                            + "looked for beside it, then among the bundled ones.")
    private @Nullable Path table;

    @Mixin private CellsOptions chosen = new CellsOptions();

    @Mixin private SeedsOptions seeds = new SeedsOptions();

    @Mixin private OutputOptions options = new OutputOptions();

    ValidateTogetherCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        List<Long> bySeed = seeds.seeds();
        Path file = table != null ? table : bundled();
        List<TogetherRuns> cells =
                chosen.of(TogetherTable.read(file, surroundings.input()), CellFilter::ofTogether);
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        TogetherValidationResult result =
                TogetherValidationRun.run(
                        new TogetherValidationRequest(file, cells, traces(file, cells), bySeed),
                        options.progress(surroundings));
        return new Outcome(
                        result.completeness(),
                        1,
                        List.of(result),
                        TogetherValidationText.of(result))
                .tell(surroundings, options, directory);
    }

    private Path bundled() {
        return surroundings.home().resolve("validation").resolve("together").resolve("results.csv");
    }

    private Map<String, Trace> traces(Path file, List<TogetherRuns> cells) {
        TableTraces traces = new TableTraces(file, surroundings);
        for (TogetherRuns runs : cells) {
            for (int i = 0; i < runs.cell().traces().size(); i++) {
                traces.need(
                        runs.cell().traces().get(i),
                        runs.place(),
                        runs.accesses().get(i),
                        runs.distinctPages().get(i));
            }
        }
        return traces.all();
    }
}
