package org.gleaner.kvm.pfn;

/// The part of a [GuestMemfd] that backs a memory slot's private pages.
///
/// @param file where they are
/// @param first index in the file of the page behind `baseGfn`
/// @param pages of both
/// @param baseGfn first guest page
/// @param hostless the slot has no other memory: shared pages come from the file too
public record GuestMemfdRange(
        GuestMemfd file, long first, long pages, long baseGfn, boolean hostless) {
    long end() {
        return first + pages;
    }

    /// The page of the file behind a guest page.
    long index(long gfn) {
        return first + (gfn - baseGfn);
    }

    private long gfn(long index) {
        return baseGfn + (index - first);
    }

    /// First guest page behind the file's pages `[start, end)`; not before the slot's first.
    long firstGfn(long start) {
        return gfn(Math.max(start, first));
    }

    /// First guest page that is not behind them.
    long endGfn(long end) {
        return gfn(Math.min(end, end()));
    }

    boolean overlaps(long start, long end) {
        return start < end() && first < end;
    }
}
