package org.gleaner.cli;

import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `gleaner fleet`: what is known of many VMs, and populations made like them.
@Command(
        name = "fleet",
        description =
                "Look at published data of fleets, make VMs like theirs, and pack them on hosts.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "WHAT")
final class FleetCommand implements Callable<Integer> {

    private FleetCommand() {}

    static CommandLine commandLine(Surroundings surroundings) {
        return new CommandLine(new FleetCommand())
                .addSubcommand("info", new FleetInfoCommand(surroundings))
                .addSubcommand("population", new FleetPopulationCommand(surroundings))
                .addSubcommand("pack", new FleetPackCommand(surroundings));
    }

    @Override
    public Integer call() {
        throw new BadInput("", "no command given", "try 'gleaner fleet info FILE'");
    }
}
