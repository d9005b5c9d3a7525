package org.gleaner.cli;

import java.util.concurrent.Callable;
import org.gleaner.lab.trace.TraceEdits;
import org.gleaner.lab.trace.TraceFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `gleaner trace convert`: any trace as a page trace.
@Command(
        name = "convert",
        description =
                "Write a trace of any format as a page trace (.gpt), which replays without being"
                        + " held in memory.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class TraceConvertCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(paramLabel = "TRACE", description = TraceInput.DESCRIPTION)
    private String name = "";

    @Mixin private TraceInput input = new TraceInput();

    @Mixin private TraceOutput output = new TraceOutput();

    TraceConvertCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        TraceFile from = input.of(surroundings, name);
        return output.tell(
                surroundings, TraceEdits.convert(from, output.file(surroundings, from.name())));
    }
}
