package org.gleaner.cli;

import java.util.Objects;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.trace.TraceFile;
import org.gleaner.lab.trace.format.Reconstruction;
import org.gleaner.lab.trace.format.TraceFormat;
import org.gleaner.lab.trace.memory.ColumnsFormat;
import org.gleaner.lab.trace.region.PerfScriptFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
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

    @Option(
            names = "--columns",
            paramLabel = "MAP",
            description =
                    "Read it as text in columns: address=3,size=4,op=2,time=1 and space, cpu,"
                            + " unit=bytes|sector|page, separator=comma|tab|..., base=10|16.")
    private @Nullable String columns;

    @Option(
            names = "--fields",
            paramLabel = "FIELDS",
            description = "Read it as what perf script -F FIELDS printed.")
    private @Nullable String fields;

    @Option(
            names = "--reconstruct",
            paramLabel = "WAY",
            defaultValue = "sweep",
            converter = Way.class,
            description =
                    "How regions and samples (DAMON, perf mem) become accesses: sweep, each region that"
                            + " was accessed once from its start to its end; random or random:SEED,"
                            + " by chance as often as they were seen (default: sweep).")
    private Reconstruction reconstruction = Reconstruction.SWEEP;

    private static final class Way implements ITypeConverter<Reconstruction> {
        @Override
        public Reconstruction convert(String word) {
            return Reconstruction.parse(word);
        }
    }

    /// Whether nothing is said of how to read it.
    boolean isUsual() {
        return format() == null && reconstruction.equals(Reconstruction.SWEEP);
    }

    /// How samples and regions become accesses.
    Reconstruction reconstruction() {
        return reconstruction;
    }

    /// The format that the user named; null to go by what is in the file.
    ///
    /// @throws BadInput if a map or the fields are none, or there is more than one of the three
    @Nullable TraceFormat format() {
        if (columns == null && fields == null) {
            return format;
        }
        if (columns != null && fields != null) {
            throw new BadInput("--fields", "is given besides --columns", "give one of them");
        }
        String own = columns != null ? "csv" : "perf-script-";
        if (format != null && !format.label().startsWith(own)) {
            throw new BadInput(
                    columns != null ? "--columns" : "--fields",
                    "does not belong to --format " + format.label(),
                    "leave one of them out");
        }
        return columns != null
                ? ColumnsFormat.of(columns)
                : PerfScriptFormat.of(Objects.requireNonNull(fields));
    }

    /// The trace that a user means by `word`.
    TraceFile of(Surroundings surroundings, String word) {
        return new TraceFile(
                surroundings.traces().find(word), surroundings.input(), format(), reconstruction);
    }
}
