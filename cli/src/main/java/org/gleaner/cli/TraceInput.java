package org.gleaner.cli;

import org.gleaner.lab.trace.TraceFile;
import org.gleaner.lab.trace.format.TraceFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a command reads the traces that it is given.
final class TraceInput {

    /// What is said of a parameter that is a trace.
    static final String DESCRIPTION =
            "A file of any format that 'gleaner trace formats' lists, compressed or not, the name"
                    + " of a bundled trace, or - for standard input.";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "Read it as this format, whatever it is called and looks like.")
    private @Nullable TraceFormat format;

    /// The trace that a user means by `word`.
    TraceFile of(Surroundings surroundings, String word) {
        return new TraceFile(surroundings.traces().find(word), surroundings.input(), format);
    }
}
