package org.gleaner.kvm.pfn;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.gup.UserPages;

/// From the number of a frame to a page that may be behind it, as kernels before 6.13 went: what
/// has a page's record is taken for a page, at the lookup and again at the release.
final class PageGuess {
    private final UserPages pages;

    PageGuess(UserPages pages) {
        this.pages = pages;
    }

    /// Whether the frame is taken for a page.
    boolean isPage(int pfn) {
        return pages.byNumber().hasPage(pfn);
    }

    /// A reference, unless nobody holds one.
    boolean take(Cpu cpu, int pfn) {
        return pages.byNumber().tryGet(cpu, pfn);
    }

    /// The page was used, and written to if `dirty`.
    void mark(Cpu cpu, int pfn, boolean dirty) {
        pages.byNumber().markAccessed(cpu, pfn);
        if (dirty) {
            pages.byNumber().setDirty(cpu, pfn);
        }
    }

    /// Gives a reference back.
    void put(Cpu cpu, int pfn) {
        pages.byNumber().put(cpu, pfn);
    }
}
