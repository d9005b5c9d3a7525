package org.gleaner.lab.trace.gpt;

import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reconstruction;

/// Keys of the properties that mean something to a reader of page traces. A file may have others,
/// which are shown to people.
public final class PageTraceKeys {

    /// What the records are: a [org.gleaner.lab.trace.format.Level#key].
    public static final String LEVEL = "level";

    /// Bytes of a page.
    public static final String PAGE_SIZE = "page-size";

    /// What was read, or recorded.
    public static final String SOURCE = "source";

    /// The format of what was read.
    public static final String SOURCE_FORMAT = "source-format";

    /// Records of what was read, in its own unit.
    public static final String SOURCE_RECORDS = "source-records";

    /// Which accesses a recorder left out, for people.
    public static final String FILTER = "filter";

    /// Limits of memory below this many pages mean nothing, because of the filter.
    public static final String LEAST_PAGES = "least-pages";

    /// What a recorder could tell apart, for people.
    public static final String RESOLUTION = "resolution";

    /// What recording cost the program, for people.
    public static final String OBSERVER_COST = "observer-cost";

    /// How accesses were made of records that are none: a
    /// [org.gleaner.lab.trace.format.Reconstruction#key].
    public static final String RECONSTRUCTION = "reconstruction";

    private PageTraceKeys() {}

    /// Bytes of a page of a trace with these properties: what they say, if hosts have such pages,
    /// or else 4 KiB.
    public static int pageBytes(Map<String, String> properties) {
        String said = properties.getOrDefault(PAGE_SIZE, "");
        for (PageSizeChoice size : PageSizeChoice.values()) {
            if (said.equals(Integer.toString(size.bytes()))) {
                return size.bytes();
            }
        }
        return Size.PAGE;
    }

    /// What a replay of a trace with these properties is not, a line; empty for accesses of memory.
    ///
    /// @param level of its records
    public static String caveat(Map<String, String> properties, Level level) {
        String made = properties.getOrDefault(RECONSTRUCTION, "");
        try {
            return made.isEmpty() ? level.caveat() : Reconstruction.parse(made).assumption(level);
        } catch (BadInput e) {
            return level.caveat(); // a way that only a later version knows
        }
    }
}
