package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.gleaner.lab.report.ResultJson;
import org.gleaner.lab.report.ScenarioPlanText;
import org.gleaner.lab.run.ScenarioPlan;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner scenario check`: whether files can run, and what they would run.
@Command(
        name = "check",
        description = {
            "Read scenarios as 'gleaner run' would, and say what they would run.",
            "The exit code is 2, and there is a line for each, if some cannot."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class ScenarioCheckCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Files, or names of bundled scenarios.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "--scale",
            paramLabel = "1/N",
            description = "The scale to run at, as for 'run' (default: what it says, or 1/64).")
    private @Nullable Scale scale;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change one key in each, as for 'run'; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--json", description = "Print one JSON document, and nothing else.")
    private boolean json;

    ScenarioCheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// The answer of `check --json`.
    private record Checked(
            boolean complete,
            int asked,
            int finished,
            List<String> missing,
            boolean valid,
            List<ScenarioPlan> files) {}

    @Override
    public Integer call() {
        List<ScenarioPlan> plans = files.stream().map(this::plan).toList();
        boolean valid = plans.stream().allMatch(ScenarioPlan::valid);
        if (json) {
            surroundings.out().println(ResultJson.of(checked(valid, plans)));
        }
        for (ScenarioPlan plan : plans) {
            if (!plan.valid()) {
                surroundings.err().println("gleaner: " + plan.error());
            } else if (!json) {
                surroundings
                        .out()
                        .print(
                                ScenarioPlanText.of(
                                        plan.file(), Objects.requireNonNull(plan.runs())));
            }
        }
        return valid ? ExitCodes.DONE : ExitCodes.BAD_INPUT;
    }

    private ScenarioPlan plan(String file) {
        return ScenarioPlan.of(file, surroundings.input(), settings, scale, RunCommand.USUAL_SCALE);
    }

    private static Checked checked(boolean valid, List<ScenarioPlan> plans) {
        return new Checked(true, plans.size(), plans.size(), List.of(), valid, plans);
    }
}
