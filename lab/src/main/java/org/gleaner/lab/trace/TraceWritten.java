package org.gleaner.lab.trace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.gleaner.lab.output.NewFile;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.gpt.PageTraceWriter;
import org.jspecify.annotations.Nullable;

/// A page trace file that was written. The components are the fields of the JSON document.
///
/// @param file its path
/// @param bytes of it
/// @param properties that it has
/// @param remarks what whoever reads it should know
public record TraceWritten(
        String file,
        long bytes,
        long accesses,
        long distinctPages,
        Map<String, String> properties,
        List<String> remarks) {

    public TraceWritten {
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        remarks = List.copyOf(remarks);
    }

    /// Where accesses come from.
    @FunctionalInterface
    public interface Filling {
        /// Hands all accesses to `sink`, and says what else the file should tell.
        Ending fill(AccessSink sink) throws IOException;
    }

    /// What is only known at the end.
    ///
    /// @param properties of the file
    /// @param names of its pages; null if their numbers are what they are
    /// @param remarks for the user
    public record Ending(
            Map<String, String> properties,
            @Nullable LongFunction<String> names,
            List<String> remarks) {}

    /// Writes a new file. Its accesses need not fit memory: only its pages do.
    ///
    /// @throws org.gleaner.lab.BadInput as [NewFile#write] does, and what `filling` throws; then
    ///     nothing is left
    public static TraceWritten to(Path file, Filling filling) {
        TraceWritten[] written = new TraceWritten[1];
        NewFile.write(
                file,
                out -> {
                    PageTraceWriter writer = new PageTraceWriter(out);
                    Ending ending = filling.fill(writer);
                    writer.finish(ending.properties(), ending.names());
                    written[0] =
                            new TraceWritten(
                                    file.toString(),
                                    0,
                                    writer.accesses(),
                                    writer.distinctPages(),
                                    ending.properties(),
                                    ending.remarks());
                });
        return written[0].ofSize(file);
    }

    private TraceWritten ofSize(Path path) {
        try {
            long size = Files.size(path);
            return new TraceWritten(file, size, accesses, distinctPages, properties, remarks);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
