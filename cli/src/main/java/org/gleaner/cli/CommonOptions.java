package org.gleaner.cli;

import java.nio.file.Path;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.Engine;
import org.gleaner.lab.report.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options that every command has.
final class CommonOptions {

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "virtual",
            description =
                    "virtual: virtual time, repeatable; threads: real threads (default: virtual).")
    Engine engine = Engine.VIRTUAL;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of everything random (default: the scenario's, or 1).")
    @Nullable Long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Keep the results in this new directory.")
    @Nullable Path out;

    @Option(names = "--json", description = "Print one JSON document, and nothing else.")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress.")
    boolean quiet;

    Progress progress(Surroundings surroundings) {
        ProgressBar.Mode mode = quiet ? ProgressBar.Mode.SILENT : surroundings.progress();
        return new ProgressBar(surroundings.err(), mode, surroundings.interrupted());
    }
}
