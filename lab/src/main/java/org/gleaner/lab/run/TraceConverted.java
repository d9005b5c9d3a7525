package org.gleaner.lab.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.output.NewFile;
import org.gleaner.lab.trace.TraceFile;
import org.gleaner.lab.trace.gpt.PageTraceKeys;
import org.gleaner.lab.trace.gpt.PageTraceWriter;

/// What converting a trace to a page trace came to. The components are the fields of the JSON
/// document.
///
/// @param trace its name
/// @param format of what was read
/// @param records of it, in its own unit
/// @param skipped lines that are none
/// @param file that was written
/// @param bytes of that
public record TraceConverted(
        String trace,
        String format,
        long records,
        long skipped,
        long accesses,
        long distinctPages,
        String file,
        long bytes,
        List<String> remarks) {

    public TraceConverted {
        remarks = List.copyOf(remarks);
    }

    /// Writes what `from` holds to the new file `to`. Neither has to fit memory: only its pages do.
    ///
    /// @throws org.gleaner.lab.BadInput as [TraceFile#read] and [NewFile#write] do
    public static TraceConverted of(TraceFile from, Path to) {
        TraceConverted[] made = new TraceConverted[1];
        NewFile.write(to, out -> made[0] = convert(from, to, out));
        try {
            return made[0].ofSize(Files.size(to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TraceConverted convert(TraceFile from, Path to, OutputStream out)
            throws IOException {
        PageTraceWriter writer = new PageTraceWriter(out);
        TraceFile.Found found = from.read(writer);
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(PageTraceKeys.SOURCE, Input.place(from.path()));
        properties.put(PageTraceKeys.SOURCE_FORMAT, found.format().label());
        properties.put(PageTraceKeys.SOURCE_RECORDS, Long.toString(found.reading().records()));
        properties.put(PageTraceKeys.LEVEL, found.level().key());
        properties.put(PageTraceKeys.PAGE_SIZE, "4096");
        properties.putAll(found.reading().properties());
        writer.finish(properties, found.reading().names());
        return new TraceConverted(
                from.name(),
                found.format().label(),
                found.reading().records(),
                found.reading().skipped(),
                writer.accesses(),
                writer.distinctPages(),
                to.toString(),
                0,
                found.reading().remarks());
    }

    private TraceConverted ofSize(long size) {
        return new TraceConverted(
                trace, format, records, skipped, accesses, distinctPages, file, size, remarks);
    }
}
