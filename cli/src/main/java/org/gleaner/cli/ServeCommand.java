package org.gleaner.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.web.serve.Launcher;
import org.gleaner.web.serve.LocalServer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `gleaner serve`: results and new runs in a browser on this machine.
@Command(
        name = "serve",
        description =
                "Serve pages on this machine that list results, compare them and start runs. Whoever has"
                        + " the address that it prints may look and start runs; Ctrl-C ends it.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {

    private static final int MOST_PORT = 65_535;

    private final Surroundings surroundings;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "0",
            description = "The port, 1 to 65535; 0 for any that is free (default: 0).")
    private int port;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            description = "The directory that results are in (default: results).")
    private @Nullable Path results;

    ServeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        InRange.check("--port", port, 0, MOST_PORT);
        Surroundings own = results == null ? surroundings : surroundings.keepingIn(results);
        checkIsADirectory(own.results());
        try (LocalServer server = open(own, port, new RunLauncher(own))) {
            own.out().println("serving " + own.results().toAbsolutePath().normalize() + " at");
            own.out().println(server.address());
            own.out().println("for this machine alone; Ctrl-C ends it");
            own.out().flush();
            awaitInterrupt(own);
        }
        return ExitCodes.INTERRUPTED;
    }

    /// Refuses what is no directory and cannot become one.
    private static void checkIsADirectory(Path results) {
        Path there = results.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            boolean itself = there.equals(results.toAbsolutePath());
            throw new BadInput(
                    results.toString(),
                    itself ? "is no directory" : "is below a file, " + there,
                    "name a directory");
        }
    }

    /// A server of results.
    ///
    /// @param launcher null if nothing can be started
    static LocalServer open(Surroundings surroundings, int port, @Nullable Launcher launcher) {
        Faults faults = new Faults(surroundings);
        try {
            return LocalServer.open(
                    port,
                    surroundings.results(),
                    launcher,
                    fault -> faults.internal(fault, "serve"));
        } catch (IOException e) {
            throw new BadInput(
                    "--port",
                    port + " cannot be had (" + e.getMessage() + ")",
                    "give another, or 0 for any that is free",
                    e);
        }
    }

    static void awaitInterrupt(Surroundings surroundings) {
        try {
            while (!surroundings.interrupted().getAsBoolean()) {
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
