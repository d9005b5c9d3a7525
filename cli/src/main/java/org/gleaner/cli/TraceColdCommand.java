package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.report.FileText;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.TraceColdText;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.TraceCold;
import org.gleaner.lab.trace.ColdTrace;
import org.gleaner.lab.trace.TraceFile;
import org.gleaner.lab.trace.profile.ColdAges;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner trace cold`: how much of a trace's memory could lie further away.
@Command(
        name = "cold",
        description =
                "Say how much memory is not touched for T seconds, how much of it comes back, and"
                        + " the least T at which little does.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class TraceColdCommand implements Callable<Integer> {

    private static final long MOST_PACE = 1_000_000_000;

    private final Surroundings surroundings;

    @Parameters(arity = "1..*", paramLabel = "TRACE", description = TraceInput.DESCRIPTION)
    private List<String> names = new ArrayList<>();

    @Mixin private TraceInput input = new TraceInput();

    @Option(
            names = "--pace",
            paramLabel = "N",
            description =
                    "Take it that N accesses were made in each second. For traces without times;"
                            + " of one that has them they are then passed over.")
    private @Nullable Long pace;

    @Option(
            names = "--promotions",
            paramLabel = "PERCENT",
            defaultValue = "0.2",
            description =
                    "Find the least T at which no more than this share of the working set comes"
                            + " back in a minute (default: 0.2).")
    private double percent = 0.2;

    @Mixin private OutputOptions options = new OutputOptions();

    TraceColdCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (pace != null) {
            InRange.check("--pace", pace, 1, MOST_PACE);
        }
        if (!(percent > 0 && percent <= 100)) {
            throw new BadInput(
                    "--promotions", percent + " is out of range", "give more than 0, up to 100");
        }
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        List<TraceCold> traces = names.stream().map(this::cold).toList();
        String text = TraceColdText.of(traces);
        return new Outcome(
                        Completeness.whole(traces.size()),
                        traces.size(),
                        traces,
                        text,
                        text,
                        Map.of(),
                        Map.of("cold.csv", FileText.of(TraceColdText.csv(traces))))
                .tell(surroundings, options, directory);
    }

    private TraceCold cold(String name) {
        TraceFile file = input.of(surroundings, name);
        ColdTrace.Measured measured = new ColdTrace(pace, percent / 100).of(file);
        List<String> remarks = new ArrayList<>(measured.found().reading().remarks());
        double seconds = measured.ages().seconds();
        if (seconds < ColdAges.WINDOW) {
            remarks.add(
                    "it lasts less than 120 s, so its working set is what it touched so far, and"
                            + " nothing of it can be older");
        }
        return TraceCold.of(
                file.name(),
                measured.found().level().label(),
                measured.found().caveat(),
                pace,
                percent,
                measured.ages(),
                remarks);
    }
}
