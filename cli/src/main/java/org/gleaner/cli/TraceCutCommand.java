package org.gleaner.cli;

import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.trace.TraceEdits;
import org.gleaner.lab.trace.TraceFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner trace cut`: a part of a trace.
@Command(
        name = "cut",
        description = "Write a part of a trace as a page trace.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class TraceCutCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(paramLabel = "TRACE", description = TraceInput.DESCRIPTION)
    private String name = "";

    @Option(
            names = "--from",
            paramLabel = "N",
            defaultValue = "0",
            description = "Begin with access N, counted from 0 (default: 0).")
    private long from;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Take N accesses (default: all to the end).")
    private long count = Long.MAX_VALUE;

    @Mixin private TraceInput input = new TraceInput();

    @Mixin private TraceOutput output = new TraceOutput();

    TraceCutCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (from < 0) {
            throw new BadInput("--from", from + " is less than 0", "give 0 or more");
        }
        if (count < 1) {
            throw new BadInput("--count", count + " is less than 1", "give 1 or more");
        }
        TraceFile trace = input.of(surroundings, name);
        return output.tell(
                surroundings,
                TraceEdits.cut(
                        trace, from, count, output.file(surroundings, trace.name() + "-cut")));
    }
}
