package org.gleaner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.execute.validate.TimingRun;
import org.gleaner.lab.execute.vary.SensitivityRun;
import org.gleaner.lab.report.FileText;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.SensitivityText;
import org.gleaner.lab.report.TimingText;
import org.gleaner.lab.run.SensitivityResult;
import org.gleaner.lab.run.TimingRequest;
import org.gleaner.lab.run.TimingResult;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.validate.PublishedTable;
import org.gleaner.lab.validate.PublishedTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner validate timing`: published times beside virtual time.
@Command(
        name = "timing",
        description = {
            "Play what published times were measured on, and say how far virtual time is off.",
            "A row fails, and the exit code is 1, if it is further off than its table allows. Rows "
                    + "without a bound are only shown."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class ValidateTimingCommand implements Callable<Integer> {

    private static final Scale SMALL = Scale.parse("1/1024");

    /// Of scenarios that chance decides.
    private static final int SEEDS = 5;

    private final Surroundings surroundings;

    @Parameters(
            arity = "0..1",
            paramLabel = "TABLE.csv",
            description =
                    "Rows as validation/timing.csv of the installation has them, which is the "
                            + "default. Scenarios are looked for in the directory of its name "
                            + "beside it.")
    private @Nullable Path table;

    @Option(
            names = "--only",
            paramLabel = "ID",
            split = ",",
            description = "Only rows whose id begins so; may be repeated.")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--scale",
            paramLabel = "1/N",
            description =
                    "Shrink memory; times are held against as much less (default: 1/64, or what a "
                            + "scenario says; for --sensitivity 1/1024).")
    private @Nullable Scale scale;

    @Option(
            names = "--sensitivity",
            description =
                    "Move each constant of virtual time by 30 percent, down and up, and say what "
                            + "that does to each table, but for those of applications unless --only "
                            + "asks for them. With --out also as sensitivity.csv.")
    private boolean sensitivity;

    @Mixin private OutputOptions options = new OutputOptions();

    ValidateTimingCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Path file = table != null ? table : bundled();
        List<PublishedTime> rows = chosen(PublishedTable.read(file, surroundings.input()));
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        return sensitivity ? sensitivity(file, rows, directory) : times(file, rows, directory);
    }

    private int times(Path file, List<PublishedTime> rows, @Nullable ResultsDirectory directory) {
        TimingResult result =
                TimingRun.run(
                        new TimingRequest(
                                file, rows, scale(RunCommand.USUAL_SCALE), scale == null, SEEDS),
                        surroundings.executors(),
                        options.progress(surroundings));
        return new Outcome(result.completeness(), 1, List.of(result), TimingText.of(result))
                .tell(surroundings, options, directory);
    }

    private int sensitivity(
            Path file, List<PublishedTime> rows, @Nullable ResultsDirectory directory) {
        SensitivityResult result =
                SensitivityRun.run(
                        new TimingRequest(file, brief(rows), scale(SMALL), false, 1),
                        surroundings.executors(),
                        options.progress(surroundings));
        String text = SensitivityText.of(result);
        return new Outcome(
                        result.completeness(),
                        1,
                        List.of(result),
                        text,
                        text,
                        Map.of(),
                        Map.of("sensitivity.csv", FileText.of(SensitivityText.csv(result))))
                .tell(surroundings, options, directory);
    }

    /// Without the tables of applications, each of which takes as long as all others together.
    private List<PublishedTime> brief(List<PublishedTime> rows) {
        return only.isEmpty()
                ? rows.stream().filter(row -> !row.timed().isOfApplications()).toList()
                : rows;
    }

    private Scale scale(Scale usual) {
        return scale != null ? scale : usual;
    }

    private Path bundled() {
        return surroundings.home().resolve("validation").resolve("timing.csv");
    }

    private List<PublishedTime> chosen(List<PublishedTime> all) {
        for (String each : only) {
            if (all.stream().noneMatch(row -> row.id().startsWith(each))) {
                throw new BadInput(
                        "--only", "no row's id begins with '" + each + "'", "see the table's ids");
            }
        }
        return all.stream()
                .filter(row -> only.isEmpty() || only.stream().anyMatch(row.id()::startsWith))
                .toList();
    }
}
