package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.trace.TraceEdits;
import org.gleaner.lab.trace.TraceFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `gleaner trace merge`: several traces as one.
@Command(
        name = "merge",
        description =
                "Write several traces as one page trace, each with pages of its own: interleaved by"
                        + " their times where all have them, or else so that all end together.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class TraceMergeCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(arity = "2..*", paramLabel = "TRACE", description = TraceInput.DESCRIPTION)
    private List<String> names = new ArrayList<>();

    @Mixin private TraceInput input = new TraceInput();

    @Mixin private TraceOutput output = new TraceOutput();

    TraceMergeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        List<TraceFile> parts = names.stream().map(name -> input.of(surroundings, name)).toList();
        return output.tell(
                surroundings, TraceEdits.merge(parts, output.file(surroundings, "merged")));
    }
}
