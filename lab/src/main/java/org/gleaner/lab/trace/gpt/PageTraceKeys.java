package org.gleaner.lab.trace.gpt;

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

    private PageTraceKeys() {}
}
