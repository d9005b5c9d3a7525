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
/// @param executors that run what is asked
/// @param provenance of what the command comes to
public record Surroundings(
        Streams streams,
        Places places,
        Following following,
        Executors executors,
        TraceShelf shelf,
        Provenance provenance) {

    /// What a command reads and prints.
    public record Streams(InputStream in, PrintStream out, PrintStream err) {

        /// Of a command that prints for another.
        public static Streams into(PrintStream out, PrintStream err) {
            return new Streams(InputStream.nullInputStream(), out, err);
        }
    }

    /// Where a command finds and leaves files.
    ///
    /// @param directory where new files go that a command names itself
    /// @param keep whether a run keeps its results if nobody says where
    /// @param results that results are put under
    /// @param home of the installation, with the bundled traces in `traces`
    /// @param crashes where stack traces of internal errors go
    public record Places(Path directory, boolean keep, Path results, Path home, Path crashes) {

        /// Of an installation, from the current directory on.
        public static Places of(Path home, boolean keep) {
            Path crashes = Path.of(System.getProperty("java.io.tmpdir", ""));
            return new Places(Path.of(""), keep, Path.of("results"), home, crashes);
        }
    }

    /// Who follows a command, and may stop it.
    ///
    /// @param progress how progress is shown unless silenced
    /// @param interrupted whether the user asked to stop
    public record Following(ProgressBar.Mode progress, BooleanSupplier interrupted, Watch watch) {

        /// Followed by nobody, to be stopped all the same.
        public static Following silent(BooleanSupplier interrupted) {
            return new Following(ProgressBar.Mode.SILENT, interrupted, Watch.NONE);
        }

        /// Followed by somebody who may stop it too.
        Following by(ProgressBar.Mode progress, Watch other, BooleanSupplier stop) {
            return new Following(
                    progress, () -> interrupted.getAsBoolean() || stop.getAsBoolean(), other);
        }
    }

    /// This process's own. The launcher passes the installation's directory as `gleaner.home`;
    /// without it, the bundled traces are looked for under the current directory.
    static Surroundings ofProcess(BooleanSupplier interrupted, List<String> arguments) {
        ProgressBar.Mode progress =
                isTerminal(2) && !"dumb".equals(System.getenv("TERM"))
                        ? ProgressBar.Mode.BAR
                        : ProgressBar.Mode.LINES;
        PrintStream out = StandardOutput.open(isTerminal(1) && Colour.isWanted(System.getenv()));
        return new Surroundings(
                new Streams(System.in, out, System.err),
                Places.of(Path.of(System.getProperty("gleaner.home", "")), true),
                new Following(progress, interrupted, Watch.NONE),
                Executors.standard(),
                TraceShelf.NONE,
                Provenance.of(arguments, Version.text(), Instant.now()));
    }

    /// These, for a command that runs `asked`.
    Surroundings with(Scenario asked) {
        return new Surroundings(
                streams, places, following, executors, shelf, provenance.with(asked));
    }

    /// These, with results in another place.
    Surroundings keepingIn(Path place) {
        Places other =
                new Places(places.directory, places.keep, place, places.home, places.crashes);
        return new Surroundings(streams, other, following, executors, shelf, provenance);
    }

    /// These, followed by somebody who may stop the command too.
    Surroundings watched(Watch by, BooleanSupplier stop) {
        Following other = following.by(following.progress, by, stop);
        return new Surroundings(streams, places, other, executors, shelf, provenance);
    }

    public PrintStream out() {
        return streams.out;
    }

    public PrintStream err() {
        return streams.err;
    }

    public Path directory() {
        return places.directory;
    }

    public Path results() {
        return places.results;
    }

    public Path home() {
        return places.home;
    }

    public BooleanSupplier interrupted() {
        return following.interrupted;
    }

    /// How files that a user names are read.
    public Input input() {
        return new Input(streams.in, line -> err().println("gleaner: " + line), interrupted());
    }

    public TraceCatalog traces() {
        return new TraceCatalog(home().resolve("traces"));
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
