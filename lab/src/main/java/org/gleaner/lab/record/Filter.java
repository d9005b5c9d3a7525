package org.gleaner.lab.record;

import org.gleaner.lab.BadInput;

/// Which accesses the plugin leaves out: those to a page that was recorded fewer than `window`
/// records ago and fewer than `refresh` accesses ago, unless a write follows a read.
///
/// @param window records, 1 to 16 Mi; reuse at distances below as many pages is gone
/// @param refresh accesses, 1 and up
/// @param code whether instruction fetches count, once for each translation block that runs
public record Filter(int window, long refresh, boolean code) {

    private static final int MOST = 1 << 24;

    public Filter {
        if (window < 1 || window > MOST) {
            throw new BadInput("--window", window + " is out of range", "give 1 to " + MOST);
        }
        if (refresh < 1) {
            throw new BadInput("--refresh", refresh + " is out of range", "give 1 or more");
        }
    }

    /// As the plugin takes it.
    String options() {
        return "window=" + window + ",refresh=" + refresh + ",code=" + (code ? "on" : "off");
    }

    /// Pages below which a limit of memory means little. What is left out would have been a hit in
    /// any memory of `window` pages, but a memory that does not see it takes its page for older
    /// than it is: at twice the window that costs LRU one fault in a hundred (docs/recording.md).
    public long leastPages() {
        return (long) window * 2;
    }

    /// One line for people.
    public String text() {
        return "a page is recorded again after "
                + window
                + " records or "
                + refresh
                + " accesses, or if a write follows a read"
                + (code ? "" : "; no instruction fetches");
    }
}
