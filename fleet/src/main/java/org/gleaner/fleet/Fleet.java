package org.gleaner.fleet;

import java.util.Map;
import org.gleaner.cli.Gleaner;
import org.gleaner.cli.Surroundings;
import picocli.CommandLine;

/// The `gleaner` command with those that need Spark. The launcher starts it for these alone.
public final class Fleet {

    private Fleet() {}

    /// Runs a command and ends the process with its exit code.
    public static void main(String[] arguments) {
        Gleaner.start(arguments, Fleet::commands);
    }

    static Map<String, CommandLine> commands(Surroundings surroundings) {
        CommandLine sweep = new CommandLine(new SweepCommand(surroundings));
        sweep.addSubcommand("show", new SweepShowCommand(surroundings));
        return Map.of("sweep", sweep);
    }
}
