package org.gleaner.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceCatalog;
import org.gleaner.lab.trace.TraceReader;

/// The traces that a table of real runs names: from its own directory first, then the bundled ones.
final class TableTraces {

    private final TraceCatalog beside;
    private final Surroundings surroundings;
    private final Map<String, Trace> read = new LinkedHashMap<>();

    TableTraces(Path table, Surroundings surroundings) {
        beside = new TraceCatalog(table.toAbsolutePath().resolveSibling(""));
        this.surroundings = surroundings;
    }

    /// Reads one, if that has not been done yet, and checks that it is what was run.
    ///
    /// @param place the line that names it
    void need(String name, String place, long accesses, long distinctPages) {
        Trace trace = read.get(name);
        if (trace == null) {
            trace = read(name, place);
            read.put(name, trace);
        }
        if (trace.length() != accesses || trace.distinctPages() != distinctPages) {
            throw new BadInput(
                    place,
                    "was run on %d accesses to %d pages, and the trace '%s' has %d to %d"
                            .formatted(
                                    accesses,
                                    distinctPages,
                                    trace.name(),
                                    trace.length(),
                                    trace.distinctPages()),
                    "put the trace of that run beside the table");
        }
    }

    private Trace read(String name, String place) {
        TraceCatalog catalog = beside.names().contains(name) ? beside : surroundings.traces();
        try {
            return TraceReader.read(catalog.find(name));
        } catch (BadInput bad) {
            throw bad.at(place + ", " + bad.where());
        }
    }

    /// All that were needed, by their names.
    Map<String, Trace> all() {
        return read;
    }
}
