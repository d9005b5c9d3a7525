package org.gleaner.mm.fault;

/// The size of a swap read-ahead window (`swapin_nr_pages`), and what a mapping remembers of its
/// last fault in one word:
///
/// ```
/// bits  0..5   read-ahead hits since, at most 63
/// bits  6..11  pages of the window
/// bits 12..63  page of the fault
/// ```
///
/// A word of 0 stands for a mapping that never faulted; it counts as four hits, so that the first
/// window is eight pages.
final class ReadAheadWindow {
    /// Hits that are assumed before there were any.
    static final int FIRST_HITS = 4;

    /// A mapping's window is at most `2^5` pages, whatever `page-cluster` says.
    static final int MOST_ORDER = 5;

    private static final int MOST_HITS = 63;

    private ReadAheadWindow() {}

    /// Pages to read around `page`: more after hits, at least half as many as last time, and two
    /// without a hit if this fault is next to the last.
    ///
    /// @param most a power of two
    static int pages(long lastPage, long page, int hits, int most, int lastPages) {
        int pages = hits + 2;
        if (pages == 2) {
            boolean adjacent = page == lastPage + 1 || page == lastPage - 1;
            pages = adjacent ? 2 : 1;
        } else {
            pages = Math.max(4, Integer.highestOneBit(pages - 1) << 1);
        }
        return Math.max(Math.min(pages, most), lastPages / 2);
    }

    static long word(long page, int pages, int hits) {
        return page << 12 | (long) pages << 6 | Math.min(hits, MOST_HITS);
    }

    static long page(long word) {
        return word >>> 12;
    }

    static int pages(long word) {
        return (int) (word >>> 6) & 63;
    }

    static int hits(long word) {
        return word == 0 ? FIRST_HITS : (int) word & 63;
    }

    /// The first page of a window of a mapping: from `page` on after a fault on the page before, up
    /// to `page` after one on the page behind, else around it.
    static long first(long lastPage, long page, int pages) {
        if (page == lastPage + 1) {
            return page;
        }
        if (page == lastPage - 1) {
            return page - pages + 1;
        }
        return page - (pages - 1) / 2;
    }
}
