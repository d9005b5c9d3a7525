package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.report.TraceInfoText;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.TraceInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Parameters(arity = "1..*", paramLabel = "TRACE", description = TraceInput.DESCRIPTION)
    private List<String> names = new ArrayList<>();

    @Mixin private TraceInput input = new TraceInput();

    @Mixin private OutputOptions options = new OutputOptions();

    TraceInfoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        List<TraceInfo> traces =
                names.stream().map(name -> TraceInfo.of(input.of(surroundings, name))).toList();
        return new Outcome(
                        Completeness.whole(traces.size()),
                        traces.size(),
                        traces,
                        TraceInfoText.of(traces, surroundings.out().charset()))
                .tell(surroundings, options, directory);
    }
}
