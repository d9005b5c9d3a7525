package org.gleaner.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.gleaner.check.Listing;
import org.gleaner.cli.shell.Completion;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.scenario.ScenarioReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `gleaner completion`: a script for a shell.
@Command(
        name = "completion",
        description = "Print the script that lets a shell complete commands and options.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class CompletionCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private String shell = "";

    @Spec private CommandSpec spec = CommandSpec.create();

    CompletionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        for (Completion each : Completion.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(shell)) {
                surroundings.out().print(each.of(spec.root().commandLine(), known(surroundings)));
                return ExitCodes.DONE;
            }
        }
        throw new BadInput("SHELL", "no shell '" + shell + "'", "give bash, zsh or fish");
    }

    /// What values and parameters may be: of options that take several in one word, the first.
    static Map<String, List<String>> known(Surroundings surroundings) {
        List<String> scenarios = new ArrayList<>(ScenarioReader.BUNDLED);
        Map<String, List<String>> known = new HashMap<>();
        known.put("SHELL", shells());
        known.put("SCENARIO", scenarios);
        known.put("NAME", scenarios);
        known.put("FILE", scenarios);
        known.put("PROGRAM", programs());
        known.put("TRACE", surroundings.traces().names());
        known.put("--lru", Choice.labels(Lru.class));
        known.put("--kernel", Choice.labels(Kernel.class));
        known.put("--aging", Choice.labels(AgingChoice.class));
        known.put("--through", Choice.labels(Through.class));
        return known;
    }

    private static List<String> shells() {
        return Stream.of(Completion.values()).map(s -> s.name().toLowerCase(Locale.ROOT)).toList();
    }

    private static List<String> programs() {
        Listing.Listed listed = new Listing(List.of()).listed();
        return Stream.concat(
                        listed.programs().stream().map(Listing.ListedProgram::name),
                        listed.bugs().stream().map(Listing.ListedBug::name))
                .toList();
    }
}
