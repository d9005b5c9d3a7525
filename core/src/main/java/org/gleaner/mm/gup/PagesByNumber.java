package org.gleaner.mm.gup;

import org.gleaner.machine.Cpu;

/// Marks by page frame number, as kernels before 6.13 made them when an entry was zapped: whoever
/// has only a number guesses that there is a page behind it.
public interface PagesByNumber {
    /// `mark_page_accessed`.
    void markAccessed(Cpu cpu, int pfn);

    /// `SetPageDirty`.
    void setDirty(Cpu cpu, int pfn);
}
