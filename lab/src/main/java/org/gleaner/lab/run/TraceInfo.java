package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.trace.TraceFile;
import org.gleaner.lab.trace.TraceSummary;
import org.gleaner.lab.trace.container.Container;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.profile.Profile;

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
/// @param intervalAccesses accesses in each interval of the trace but the last
/// @param workingSetPages pages touched in each interval
/// @param reuseDistances accesses by how many other pages were touched since the one before to the
///     same page; first accesses have none
/// @param heat accesses by place and interval, in the order of memory
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
        List<String> remarks,
        long intervalAccesses,
        List<Long> workingSetPages,
        List<Distance> reuseDistances,
        List<HeatRow> heat)
        implements Result {

    public TraceInfo {
        containers = List.copyOf(containers);
        firstPages = List.copyOf(firstPages);
        lastPages = List.copyOf(lastPages);
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        remarks = List.copyOf(remarks);
        workingSetPages = List.copyOf(workingSetPages);
        reuseDistances = List.copyOf(reuseDistances);
        heat = List.copyOf(heat);
    }

    /// Accesses whose distance is `from` to `to`: an LRU list of `to + 1` pages holds what they
    /// touch.
    public record Distance(long from, long to, long accesses) {}

    /// Neighbouring pages.
    ///
    /// @param firstPage unsigned, with its space where there are several
    /// @param lastPage unsigned
    /// @param pages touched
    /// @param accesses in each interval
    public record HeatRow(String firstPage, String lastPage, long pages, long[] accesses) {}

    private static List<Distance> distances(long[] counts) {
        List<Distance> distances = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            long from = i == 0 ? 0 : 1L << i - 1;
            distances.add(new Distance(from, i == 0 ? 0 : 2 * from - 1, counts[i]));
        }
        return distances;
    }

    private static HeatRow row(Profile.Heat heat, List<String> spaces) {
        String space = spaces.isEmpty() ? "" : spaces.get(heat.space()) + ":";
        return new HeatRow(
                space + Long.toUnsignedString(heat.firstPage()),
                space + Long.toUnsignedString(heat.lastPage()),
                heat.pages(),
                heat.accesses());
    }

    /// What `file` holds, read to its end.
    ///
    /// @throws org.gleaner.lab.BadInput as [TraceFile#read] does
    public static TraceInfo of(TraceFile file) {
        TraceSummary summary = new TraceSummary();
        TraceFile.Found found = file.read(summary);
        Reading reading = found.reading();
        Level level = found.level();
        Profile.Measured measured = summary.measured();
        return new TraceInfo(
                file.name(),
                found.format().label(),
                found.format().about().origin(),
                found.containers().stream().map(Container::label).toList(),
                level.label(),
                level == Level.SAMPLED,
                found.caveat(),
                reading.records(),
                reading.skipped(),
                summary.reads() + summary.writes(),
                summary.reads(),
                summary.writes(),
                summary.distinctPages(),
                summary.firstPages(reading.names()),
                summary.lastPages(reading.names()),
                reading.properties(),
                reading.remarks(),
                measured.intervalAccesses(),
                Arrays.stream(measured.workingSet()).boxed().toList(),
                distances(measured.reuse()),
                level.hasNeighbours()
                        ? measured.heat().stream().map(each -> row(each, summary.spaces())).toList()
                        : List.of());
    }

    @Override
    public List<String> failures() {
        return List.of();
    }
}
