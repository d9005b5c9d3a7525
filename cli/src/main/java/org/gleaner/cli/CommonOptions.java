package org.gleaner.cli;

import java.util.List;
import org.gleaner.lab.choice.EngineChoice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of every command that runs the machine on an engine of the user's choice.
final class CommonOptions extends OutputOptions {

    private static final int MOST_SEEDS = 1000;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "virtual",
            description =
                    "virtual: virtual time, repeatable; threads: real threads, without a swap disk"
                            + " (default: virtual).")
    EngineChoice engine = EngineChoice.VIRTUAL;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of everything random (default: the scenario's, or 1).")
    @Nullable Long seed;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Run with N seeds, the first and those after it: median and range of every"
                            + " figure (default: 1).")
    int seeds = 1;

    @Option(
            names = "--verbose",
            description = "Print all that is known: call trees, all counters, assumptions.")
    boolean verbose;

    /// The seeds to run with.
    ///
    /// @param usual the first, unless one was given
    List<Long> seeds(long usual) {
        return SeedsOptions.from(seed != null ? seed : usual, seeds, MOST_SEEDS);
    }
}
