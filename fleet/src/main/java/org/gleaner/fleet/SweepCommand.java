package org.gleaner.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.gleaner.cli.ExitCodes;
import org.gleaner.cli.OutputOptions;
import org.gleaner.cli.Surroundings;
import org.gleaner.cli.Version;
import org.gleaner.fleet.plan.Sweep;
import org.gleaner.fleet.plan.SweepReader;
import org.gleaner.fleet.point.Inputs;
import org.gleaner.fleet.point.ValueCheck;
import org.gleaner.fleet.spark.Cluster;
import org.gleaner.fleet.spark.SweepRun;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.report.ResultJson;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner sweep`: many runs or replays that differ in some keys.
@Command(
        name = "sweep",
        description = "Run many simulations that differ in some keys, on all cores or a cluster.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class SweepCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(
            arity = "0..1",
            paramLabel = "SWEEP",
            description = "A .yaml file that says what varies, or - for standard input.")
    private @Nullable Path file;

    @Option(
            names = "--master",
            paramLabel = "URL",
            description =
                    "The master of a Spark cluster, such as spark://host:7077 (default: the cores"
                            + " of this machine).")
    private @Nullable String master;

    @Option(
            names = "--cores",
            paramLabel = "N",
            description = "Use so many cores of this machine (default: all).")
    private @Nullable Integer cores;

    @Mixin private OutputOptions options = new OutputOptions();

    SweepCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Path path = file;
        if (path == null) {
            throw new BadInput("", "no sweep is named", "give a .yaml file; see docs/sweeps.md");
        }
        Sweep sweep = SweepReader.read(path, surroundings.input());
        Inputs inputs = Inputs.of(sweep, surroundings.traces());
        ValueCheck.values(Input.place(path), sweep, inputs, surroundings.home());
        Cluster cluster = cluster();
        Path directory = directory(sweep);
        SweepRun.Outcome outcome =
                SweepRun.run(sweep, inputs, cluster, directory, options.progress(surroundings));
        return tell(sweep, directory, outcome);
    }

    /// What `--json` prints.
    private record Document(
            boolean complete,
            long asked,
            long finished,
            long before,
            long failed,
            String sweep,
            String results) {}

    private int tell(Sweep sweep, Path directory, SweepRun.Outcome outcome) {
        if (options.json) {
            Document document =
                    new Document(
                            outcome.complete(),
                            outcome.asked(),
                            outcome.finished(),
                            outcome.before(),
                            outcome.failed(),
                            sweep.hash(),
                            directory.toString());
            surroundings.out().println(ResultJson.of(document));
        } else {
            surroundings
                    .out()
                    .print(SweepText.head(sweep.name(), outcome.finished(), outcome.asked()));
            if (outcome.before() > 0) {
                surroundings.out().println(outcome.before() + " of them had been run before");
            }
            if (outcome.failed() > 0) {
                surroundings.out().println(outcome.failed() + " failed; their rows say why");
            }
            surroundings.out().println("results in " + directory);
            surroundings.out().println("next: gleaner sweep show " + directory);
        }
        if (!outcome.complete()) {
            surroundings
                    .err()
                    .println("gleaner: interrupted; the same command again runs what is left");
            return ExitCodes.INTERRUPTED;
        }
        return outcome.failed() > 0 ? ExitCodes.FAILED : ExitCodes.DONE;
    }

    private Cluster cluster() {
        if (master != null && cores != null) {
            throw new BadInput("--cores", "a cluster has its own", "leave it out, or --master");
        }
        if (master != null) {
            return Cluster.of(master, jars());
        }
        int all = Runtime.getRuntime().availableProcessors();
        if (cores != null && cores < 1) {
            throw new BadInput("--cores", cores + " cores run nothing", "give 1 or more");
        }
        return Cluster.here(cores == null ? all : cores);
    }

    /// What workers must be sent: the launcher's build, but for what any Spark has.
    private static List<String> jars() {
        Path build = Path.of(System.getProperty("gleaner.build", ""));
        try (Stream<Path> files = Files.walk(build, 2)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .map(file -> file.toAbsolutePath().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same for the same sweep, so that it goes on where it was stopped.
    private Path directory(Sweep sweep) {
        return options.out != null
                ? options.out
                : surroundings
                        .directory()
                        .resolve("results")
                        .resolve("sweep-" + sweep.name() + "-" + sweep.hash().substring(0, 8));
    }
}
