package org.gleaner.cli;

import java.nio.file.Path;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.report.ResultJson;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.TraceWritten;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of every command that writes a page trace: where to, and what it prints.
final class TraceOutput {

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.gpt",
            description =
                    "The new file (default: a name of its own with .gpt, in this directory). What"
                            + " is there already is left alone.")
    private @Nullable Path output;

    @Option(names = "--json", description = "Print one JSON document, and nothing else.")
    private boolean json;

    /// Whether one JSON document is asked for.
    boolean json() {
        return json;
    }

    /// The file to write.
    ///
    /// @param usual its name without an ending
    Path file(Surroundings surroundings, String usual) {
        Path named = output != null ? output : Path.of(usual + ".gpt");
        Path file = surroundings.directory().resolve(named);
        if (file.getFileName() == null) {
            throw new BadInput("--output " + file, "is no name of a file", "name a new file");
        }
        return file;
    }

    /// Prints what was written, and gives the exit code.
    int tell(Surroundings surroundings, TraceWritten written) {
        for (String remark : written.remarks()) {
            surroundings.err().println("gleaner: " + remark);
        }
        String document =
                ResultJson.document(Completeness.whole(1), surroundings.provenance(), written);
        String text =
                "%s: %,d accesses to %,d pages in %s"
                        .formatted(
                                written.file(),
                                written.accesses(),
                                written.distinctPages(),
                                Size.approximately(written.bytes()));
        surroundings.out().println(json ? document : text);
        return ExitCodes.DONE;
    }
}
