package org.gleaner.lab.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceCatalog;
import org.gleaner.lab.trace.TraceReader;

/// The busy parts that VMs are made of, by name, each read once.
public final class BusyParts {

    /// Patterns whose accesses all lie in `pages`.
    private static final List<String> PATTERNS = List.of("uniform", "zipf", "loop");

    private final TraceCatalog catalog;
    private final TraceReader reader;
    private final Map<String, BusyPart> known = new TreeMap<>();

    public BusyParts(TraceCatalog catalog, Input input) {
        this.catalog = catalog;
        reader = new TraceReader(input, null, Heap.ofProcess());
    }

    /// The part of that name.
    ///
    /// @throws BadInput if it is no pattern and no trace, or its trace cannot be held
    public BusyPart of(String name) {
        BusyPart part = known.get(name);
        if (part == null) {
            part =
                    PATTERNS.contains(name)
                            ? new BusyPart.Generated(name)
                            : new BusyPart.Recorded(read(name));
            known.put(name, part);
        }
        return part;
    }

    private Trace read(String name) {
        List<String> bundled = catalog.names();
        if (!name.contains("/") && !name.contains(".") && !bundled.contains(name)) {
            List<String> all = new ArrayList<>(PATTERNS);
            all.addAll(bundled);
            throw new BadInput(
                    "--busy " + name, "is no pattern and no trace", Nearest.mend(name, all));
        }
        Path path = catalog.find(name);
        Trace trace = reader.trace(path);
        if (trace.heldBytes() == 0) {
            throw new BadInput(
                    "--busy " + name, "is too long to be held", "cut it, or give Java more heap");
        }
        return trace;
    }
}
