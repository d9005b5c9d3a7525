package org.gleaner.cli;

import org.gleaner.lab.choice.Engine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of every command that runs the machine on an engine of the user's choice.
final class CommonOptions extends OutputOptions {

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
            names = "--verbose",
            description = "Print all that is known: call trees, all counters, assumptions.")
    boolean verbose;
}
