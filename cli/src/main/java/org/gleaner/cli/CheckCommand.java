package org.gleaner.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.gleaner.check.Check;
import org.gleaner.check.CheckRequest;
import org.gleaner.check.CheckResult;
import org.gleaner.check.Listing;
import org.gleaner.check.schedule.Refused;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.report.Figures;
import org.gleaner.lab.report.FileText;
import org.gleaner.lab.report.ResultJson;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.run.Completeness;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner check`: all interleavings of small programs over the real code, with known bugs and
/// without.
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
    private static final int MOST_DELAYS = 3;
    private static final int DELAYS = 2;

    private final Surroundings surroundings;

    @Parameters(
            paramLabel = "PROGRAM",
            arity = "0..*",
            description =
                    "A program (right, and with each of its bugs), a bug, or PROGRAM/BUG (default: the"
                            + " whole catalogue; see --list).")
    private List<String> names = List.of();

    @Option(
            names = "--design",
            paramLabel = "DESIGN",
            description =
                    "Run the programs that have a VM under this aging design, and no bugs. Excludes"
                            + " names of bugs and of programs without a VM.")
    private @Nullable AgingChoice design;

    @Option(
            names = "--memory",
            paramLabel = "arm64",
            description =
                    "Explore programs under arm64's memory, where stores may be late and loads early,"
                            + " with at most one preemption, and no bugs. Excludes names of bugs and"
                            + " of programs that are about x86.")
    private @Nullable String memory;

    @Option(
            names = "--delays",
            paramLabel = "N",
            description =
                    "With --memory: at most N words of a CPU's stores change places, and N of its"
                            + " loads are early (1 to 3; default: 2).")
    private @Nullable Integer delays;

    @Option(
            names = "--bound",
            paramLabel = "N",
            description =
                    "Explore schedules of at most N preemptions (default: each program's). Excludes"
                            + " --schedule and --seed.")
    private @Nullable Integer bound;

    @Option(
            names = "--schedule",
            paramLabel = "STRING",
            description =
                    "Replay one schedule of one program, such as b22c66b4. Fails if it breaks a"
                            + " program, or does not show the bug that is named. Excludes --bound"
                            + " and --seed.")
    private @Nullable String schedule;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "Run "
                            + Check.RANDOM_RUNS
                            + " random schedules of each instead of all; proves nothing. Fails if"
                            + " one breaks a program, not if none finds a bug. Excludes --bound and"
                            + " --schedule.")
    private @Nullable Long seed;

    @Option(
            names = "--list",
            description =
                    "List programs and bugs (all, or what is named), and do nothing. Excludes all"
                            + " options but --json and -q.")
    private boolean list;

    @Mixin private OutputOptions options = new OutputOptions();

    CheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (bound != null) {
            InRange.check("--bound", bound, 0, MOST_PREEMPTIONS);
        }
        if (design != null) {
            design.checkAnywhere("--design");
        }
        armInvariants();
        try {
            return list ? list() : check();
        } catch (Refused e) {
            throw new BadInput(e.where(), e.what(), e.mend(), e);
        }
    }

    private int list() {
        refuseWithList("--design", design);
        refuseWithList("--memory", memory);
        refuseWithList("--delays", delays);
        refuseWithList("--bound", bound);
        refuseWithList("--schedule", schedule);
        refuseWithList("--seed", seed);
        refuseWithList("--out", options.out);
        Listing listing = new Listing(names);
        surroundings
                .out()
                .print(
                        options.json
                                ? ResultJson.of(listing.listed()) + "\n"
                                : Figures.wrapped(listing.text()) + "\n");
        return ExitCodes.DONE;
    }

    private static void refuseWithList(String option, @Nullable Object given) {
        if (given != null) {
            throw new BadInput(
                    option, "has no effect beside --list, which runs nothing", "leave one out");
        }
    }

    private int check() {
        String own = design == null ? null : design.label();
        Check check = new Check(new CheckRequest(names, own, weak(), bound, schedule, seed));
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        CheckResult result = check.run(new CheckProgress(surroundings, options.quiet));
        String json = json(result);
        surroundings.out().print(options.json ? json : text(result));
        if (directory != null) {
            keep(result, json, directory);
        }
        if (!result.complete()) {
            String kept =
                    result.finished() > 0 ? "what was finished is kept" : "nothing was finished";
            surroundings.err().println("gleaner: interrupted; " + kept);
            return ExitCodes.INTERRUPTED;
        }
        return result.isAsExpected() ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    /// The delays of arm64's memory, or null if it is not asked for.
    private @Nullable Integer weak() {
        if (memory == null) {
            if (delays != null) {
                throw new BadInput(
                        "--delays", "has no effect without --memory", "give --memory arm64, too");
            }
            return null;
        }
        if (!memory.equals("arm64")) {
            throw new BadInput("--memory", "no memory '" + memory + "'", "give arm64");
        }
        if (delays != null) {
            InRange.check("--delays", delays, 1, MOST_DELAYS);
        }
        return delays == null ? DELAYS : delays;
    }

    private void keep(CheckResult result, String json, ResultsDirectory directory) {
        Map<String, FileText> files = new LinkedHashMap<>();
        String from = surroundings.provenance().line() + "\n";
        files.put("result.json", FileText.of(json));
        files.put("report.txt", FileText.of(from + text(result)));
        options.keep(surroundings, directory, files);
    }

    private static String text(CheckResult result) {
        return Figures.wrapped(result.text()) + "\n";
    }

    private String json(CheckResult result) {
        Completeness completeness =
                new Completeness(result.rows().size(), result.finished(), result.missing());
        return ResultJson.document(
                        completeness, surroundings.provenance(), CheckDocument.of(result))
                + "\n";
    }

    /// Invariants are Java assertions. They can be switched on for classes that are not loaded yet,
    /// and the machine's are not.
    private static void armInvariants() {
        CheckCommand.class.getClassLoader().setPackageAssertionStatus("org.gleaner", true);
    }
}
