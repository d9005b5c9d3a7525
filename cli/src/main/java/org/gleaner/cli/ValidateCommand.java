package org.gleaner.cli;

import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import picocli.CommandLine.Command;

/// `gleaner validate`: Gleaner's figures beside real ones. What kind is a subcommand.
@Command(
        name = "validate",
        description = "Hold Gleaner's figures against real kernels'.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "WHAT")
final class ValidateCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw new BadInput(
                "",
                "nothing to validate",
                "try 'gleaner validate reclaim', '... timing' or '... together'");
    }
}
