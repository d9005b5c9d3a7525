package org.gleaner.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.report.ProgressBar;
import org.gleaner.lab.report.Provenance;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.trace.TraceCatalog;

/// All that a command knows of the process around it.
///
/// @param in standard input
/// @param keep whether a run keeps its results if nobody says where
/// @param directory where new files go that a command names itself
/// @param results that results are put under
/// @param home of the installation, with the bundled traces in `traces`
/// @param crashes where stack traces of internal errors go
/// @param progress how progress is shown unless silenced
/// @param interrupted whether the user asked to stop
/// @param watch who follows the command
/// @param provenance of what the command comes to
public record Surroundings(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Path directory,
        boolean keep,
        Path results,
        Path home,
        Path crashes,
        ProgressBar.Mode progress,
        BooleanSupplier interrupted,
        Executors executors,
        TraceShelf shelf,
        Watch watch,
        Provenance provenance) {

    /// This process's own. The launcher passes the installation's directory as `gleaner.home`;
    /// without it, the bundled traces are looked for under the current directory.
    static Surroundings ofProcess(BooleanSupplier interrupted, List<String> arguments) {
        return new Surroundings(
                System.in,
                StandardOutput.open(isTerminal(1) && Colour.isWanted(System.getenv())),
                System.err,
                Path.of(""),
                true,
                Path.of("results"),
                Path.of(System.getProperty("gleaner.home", "")),
                Path.of(System.getProperty("java.io.tmpdir", "")),
                isTerminal(2) && !"dumb".equals(System.getenv("TERM"))
                        ? ProgressBar.Mode.BAR
                        : ProgressBar.Mode.LINES,
                interrupted,
                Executors.standard(),
                TraceShelf.NONE,
                Watch.NONE,
                Provenance.of(arguments, Version.text(), Instant.now()));
    }

    /// These, for a command that runs `asked`.
    Surroundings with(Scenario asked) {
        return new Surroundings(
                in,
                out,
                err,
                directory,
                keep,
                results,
                home,
                crashes,
                progress,
                interrupted,
                executors,
                shelf,
                watch,
                provenance.with(asked));
    }

    /// These, with results in another place.
    Surroundings keepingIn(Path place) {
        return new Surroundings(
                in,
                out,
                err,
                directory,
                keep,
                place,
                home,
                crashes,
                progress,
                interrupted,
                executors,
                shelf,
                watch,
                provenance);
    }

    /// These, followed by somebody who may stop the command too.
    Surroundings watched(Watch by, BooleanSupplier stop) {
        return new Surroundings(
                in,
                out,
                err,
                directory,
                keep,
                results,
                home,
                crashes,
                progress,
                () -> interrupted.getAsBoolean() || stop.getAsBoolean(),
                executors,
                shelf,
                by,
                provenance);
    }

    /// How files that a user names are read.
    public Input input() {
        return new Input(in, line -> err.println("gleaner: " + line), interrupted);
    }

    public TraceCatalog traces() {
        return new TraceCatalog(home.resolve("traces"));
    }

    /// Whether standard output (1) or error (2) is a terminal. [java.io.Console] cannot tell: it
    /// looks at standard input and output, and `--json` is meant to be piped.
    private static boolean isTerminal(int stream) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + stream)).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
