package org.gleaner.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.TortureText;
import org.gleaner.lab.run.TortureRequest;
import org.gleaner.lab.run.TortureResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `gleaner torture`: the machine on real threads, with everything that can be checked checked.
@Command(
        name = "torture",
        description =
                "Run vCPUs, agers, kswapd and a zapper on real threads, with all invariants and "
                        + "the contents of memory checked.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class TortureCommand implements Callable<Integer> {

    private static final long DEFAULT_SEED = 1;
    private static final int MOST_SECONDS = 1_000_000;

    private final Surroundings surroundings;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "30",
            description = "How long, 1 to 1000000 (default: 30).")
    private int seconds = 30;

    @Option(
            names = "--aging",
            paramLabel = "DESIGN",
            description = "The design to torture (default: all in turn; they share the time).")
    private @Nullable AgingChoice aging;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "Seed of the actors' choices (default: 1). Threads meet as they like, so a"
                            + " seed does not repeat a run.")
    private long seed = DEFAULT_SEED;

    @Mixin private OutputOptions options = new OutputOptions();

    TortureCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        InRange.check("--seconds", seconds, 1, MOST_SECONDS);
        if (aging != null) {
            aging.checkAnywhere("--aging");
        }
        armInvariants();
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        TortureResult result =
                surroundings
                        .executors()
                        .torture()
                        .run(
                                new TortureRequest(seconds, aging, seed),
                                options.progress(surroundings));
        return new Outcome(result.completeness(), 1, List.of(result), TortureText.of(result))
                .tell(surroundings, options, directory);
    }

    /// Invariants are Java assertions. They can be switched on for classes that are not loaded yet,
    /// and the machine's are not.
    private static void armInvariants() {
        TortureCommand.class.getClassLoader().setPackageAssertionStatus("org.gleaner", true);
    }
}
