package org.gleaner.mm.gup;

import org.gleaner.machine.Cpu;

/// Marks and references by page frame number, as kernels before 6.13 made and took them: whoever
/// has only a number guesses that there is a page behind it.
public interface PagesByNumber {
    /// `mark_page_accessed`.
    void markAccessed(Cpu cpu, int pfn);

    /// `SetPageDirty`.
    void setDirty(Cpu cpu, int pfn);

    /// Whether the frame has a page's record (`pfn_to_refcounted_page`).
    boolean hasPage(int pfn);

    /// A reference on the page, unless nobody holds one (`get_page_unless_zero`).
    boolean tryGet(Cpu cpu, int pfn);

    /// Gives it back, and frees the page if that was the last.
    void put(Cpu cpu, int pfn);
}
