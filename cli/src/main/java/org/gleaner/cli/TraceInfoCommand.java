package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.TraceInfoText;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.TraceInfo;
import org.gleaner.lab.trace.TraceFile;
import org.gleaner.lab.trace.format.TraceFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner trace info`: what a trace holds.
@Command(
        name = "info",
        description = "Say what traces hold: their format, accesses and pages.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class TraceInfoCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(
            arity = "1..*",
            paramLabel = "TRACE",
            description =
                    "Files of any format that 'gleaner trace formats' lists, compressed or not,"
                            + " names of bundled traces, or - for standard input.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "Read the files as this format, whatever they look like.")
    private @Nullable TraceFormat format;

    @Mixin private OutputOptions options = new OutputOptions();

    TraceInfoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        List<TraceInfo> traces =
                names.stream()
                        .map(surroundings.traces()::find)
                        .map(path -> new TraceFile(path, surroundings.input(), format))
                        .map(TraceInfo::of)
                        .toList();
        return new Outcome(
                        Completeness.whole(traces.size()),
                        traces.size(),
                        traces,
                        TraceInfoText.of(traces))
                .tell(surroundings, options, directory);
    }
}
