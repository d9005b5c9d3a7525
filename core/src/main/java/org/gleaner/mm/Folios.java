package org.gleaner.mm;

import org.gleaner.machine.Cpu;

/// The folio table: one slot of packed words per page frame.
public final class Folios {
    /// Drops a reference; frees the folio if it was the last.
    public void put(Cpu cpu, int pfn) {
        throw new UnsupportedOperationException();
    }

    /// `folio_mark_accessed`.
    public void markAccessed(Cpu cpu, int pfn) {
        throw new UnsupportedOperationException();
    }

    /// Sets the dirty flag.
    public void setDirty(Cpu cpu, int pfn) {
        throw new UnsupportedOperationException();
    }
}
