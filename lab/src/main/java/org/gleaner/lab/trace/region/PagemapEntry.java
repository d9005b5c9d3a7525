package org.gleaner.lab.trace.region;

import org.jspecify.annotations.Nullable;

/// One entry of `/proc/PID/pagemap`.
final class PagemapEntry {

    private static final long PRESENT = 1L << 63;
    private static final long SWAPPED = 1L << 62;

    /// Bits that no kernel sets.
    private static final long UNUSED = 3L << 59;

    /// Bits that say something of a page that is there.
    private static final long FRAME = (1L << 55) - 1;

    /// The highest frame of 52 bits of physical addresses.
    private static final long LAST_FRAME = 1L << 40;

    private PagemapEntry() {}

    static boolean isPresent(long entry) {
        return entry < 0;
    }

    /// What is wrong with it; null if nothing.
    static @Nullable String fault(long entry) {
        if ((entry & PRESENT) != 0 && (entry & SWAPPED) != 0) {
            return "a page is both present and swapped";
        }
        return (entry & UNUSED) != 0 ? "an entry has bits that no kernel sets" : null;
    }

    /// Whether it is what a pagemap holds, and other numbers are not.
    static boolean isLikely(long entry) {
        if (fault(entry) != null) {
            return false;
        }
        if ((entry & (PRESENT | SWAPPED)) == 0) {
            return (entry & FRAME) == 0;
        }
        return (entry & PRESENT) == 0 || (entry & FRAME) < LAST_FRAME;
    }
}
