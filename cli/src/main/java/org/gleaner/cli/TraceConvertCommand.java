package org.gleaner.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.gleaner.lab.report.ResultJson;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.TraceConverted;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.TraceFile;
import org.gleaner.lab.trace.format.TraceFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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

    @Parameters(
            index = "0",
            paramLabel = "TRACE",
            description =
                    "A file of any format that 'gleaner trace formats' lists, compressed or not,"
                            + " the name of a bundled trace, or - for standard input.")
    private String name = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.gpt",
            description = "The new file (default: the trace's name with .gpt, in this directory).")
    private @Nullable Path output;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "Read the file as this format, whatever it looks like.")
    private @Nullable TraceFormat format;

    @Option(names = "--json", description = "Print one JSON document, and nothing else.")
    private boolean json;

    TraceConvertCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        TraceFile from =
                new TraceFile(surroundings.traces().find(name), surroundings.input(), format);
        Path to = output != null ? output : surroundings.directory().resolve(from.name() + ".gpt");
        TraceConverted made = TraceConverted.of(from, to);
        String text =
                "%s: %,d accesses of %,d pages in %s%n"
                        .formatted(
                                made.file(),
                                made.accesses(),
                                made.distinctPages(),
                                Size.approximately(made.bytes()));
        surroundings
                .out()
                .print(
                        json
                                ? ResultJson.document(
                                                Completeness.whole(1),
                                                surroundings.provenance(),
                                                made)
                                        + "\n"
                                : text);
        return ExitCodes.DONE;
    }
}
