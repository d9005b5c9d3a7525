package org.gleaner.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.check.Check;
import org.gleaner.check.CheckRequest;
import org.gleaner.check.CheckResult;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingDesign;
import org.gleaner.lab.report.ResultsDirectory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner check`: all interleavings of small programs over the real code, with known bugs and without.
@Command(
        name = "check",
        description =
                "Explore the interleavings of small programs over the real code: find every known bug of "
                        + "the catalogue, and show that the protocols as they are have none.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class CheckCommand implements Callable<Integer> {
    private static final int MOST_PREEMPTIONS = 1000;

    private final Surroundings surroundings;

    @Parameters(
            paramLabel = "PROGRAM",
            arity = "0..*",
            description =
                    "A program, a bug, or PROGRAM/BUG (default: the whole catalogue; see --list).")
    private List<String> names = List.of();

    @Option(
            names = "--design",
            paramLabel = "DESIGN",
            description = "Run the programs under this aging design, and no bugs.")
    private @Nullable AgingDesign design;

    @Option(
            names = "--bound",
            paramLabel = "N",
            description = "Explore schedules of at most N preemptions (default: each program's).")
    private @Nullable Integer bound;

    @Option(
            names = "--schedule",
            paramLabel = "STRING",
            description = "Replay one schedule of one program, such as b22c61b4.")
    private @Nullable String schedule;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Run random schedules of this seed instead of all; proves nothing.")
    private @Nullable Long seed;

    @Option(names = "--list", description = "List programs and bugs, and do nothing.")
    private boolean list;

    @Mixin private OutputOptions options = new OutputOptions();

    CheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (bound != null && (bound < 0 || bound > MOST_PREEMPTIONS)) {
            throw new BadInput(
                    "--bound", bound + " is out of range", "give 0 to " + MOST_PREEMPTIONS);
        }
        armInvariants();
        if (list) {
            surroundings.out().print(Check.list());
            return ExitCodes.DONE;
        }
        Check check = check();
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        CheckResult result = check.run(new CheckProgress(surroundings, options.quiet));
        surroundings.out().print(options.json ? result.json() : result.text());
        if (directory != null) {
            Path kept = directory.write(result.files());
            if (!options.quiet) {
                (options.json ? surroundings.err() : surroundings.out())
                        .println("results in " + kept);
            }
        }
        if (!result.complete()) {
            surroundings.err().println("gleaner: interrupted; what was finished is kept");
            return ExitCodes.INTERRUPTED;
        }
        return result.isAsExpected() ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private Check check() {
        String own = design == null ? null : design.label();
        try {
            return new Check(new CheckRequest(names, own, bound, schedule, seed));
        } catch (IllegalArgumentException e) {
            throw new BadInput("", String.valueOf(e.getMessage()), "try 'gleaner check --list'");
        }
    }

    /// Invariants are Java assertions. They can be switched on for classes that are not loaded yet, and the
    /// machine's are not.
    private static void armInvariants() {
        CheckCommand.class.getClassLoader().setPackageAssertionStatus("org.gleaner", true);
    }
}
