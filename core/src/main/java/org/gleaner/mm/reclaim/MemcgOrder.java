package org.gleaner.mm.reclaim;

import org.gleaner.machine.Cpu;

/// In which order, and how far, one pass of reclaim goes over the cgroups in its scope.
interface MemcgOrder {
    /// One pass at the session's priority.
    void shrink(Cpu cpu, ScanControl sc);
}
