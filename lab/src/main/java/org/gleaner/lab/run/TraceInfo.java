package org.gleaner.lab.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.trace.TraceFile;
import org.gleaner.lab.trace.TraceSummary;
import org.gleaner.lab.trace.container.Container;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;

/// What a trace file holds. The components are the fields of the JSON document.
///
/// @param trace its name
/// @param format of the file
/// @param origin which tool writes that
/// @param containers what it is packed in, the outermost first
/// @param level what its records are: memory, page, region, block or key
/// @param sampled whether they are samples
/// @param caveat what a replay of it is not; empty for accesses of memory
/// @param records the format's own unit
/// @param skipped lines that are none, where the format allows that
/// @param firstPages up to five, real page numbers or keys
/// @param properties what a page trace says of where it comes from
/// @param remarks what else the reader said
public record TraceInfo(
        String trace,
        String format,
        String origin,
        List<String> containers,
        String level,
        boolean sampled,
        String caveat,
        long records,
        long skipped,
        long accesses,
        long reads,
        long writes,
        long distinctPages,
        List<Object> firstPages,
        List<Object> lastPages,
        Map<String, String> properties,
        List<String> remarks)
        implements Result {

    public TraceInfo {
        containers = List.copyOf(containers);
        firstPages = List.copyOf(firstPages);
        lastPages = List.copyOf(lastPages);
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        remarks = List.copyOf(remarks);
    }

    /// What `file` holds, read to its end.
    ///
    /// @throws org.gleaner.lab.BadInput as [TraceFile#read] does
    public static TraceInfo of(TraceFile file) {
        TraceSummary summary = new TraceSummary();
        TraceFile.Found found = file.read(summary);
        Reading reading = found.reading();
        Level level = found.level();
        return new TraceInfo(
                file.name(),
                found.format().label(),
                found.format().about().origin(),
                found.containers().stream().map(Container::label).toList(),
                level.label(),
                level == Level.SAMPLED,
                level.caveat(),
                reading.records(),
                reading.skipped(),
                summary.reads() + summary.writes(),
                summary.reads(),
                summary.writes(),
                summary.distinctPages(),
                summary.firstPages(reading.names()),
                summary.lastPages(reading.names()),
                reading.properties(),
                reading.remarks());
    }

    @Override
    public List<String> failures() {
        return List.of();
    }
}
