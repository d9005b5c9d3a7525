package org.gleaner.kvm.mmu;

/// What becomes of the A of a leaf that is zapped because the host changes what its page permits (a
/// NUMA scan, `mprotect`, writeback). Without it every page that such a zap meets looks unused
/// until its next use, which is a fault.
///
/// A zap that preserves leaves an entry that is empty but for A. Agers find and clear it there; the
/// fault that installs a leaf replaces it; everything else takes it for empty. Flushes, faults and
/// bookkeeping are the same.
public enum PreservedAccessed {
    /// It goes with the leaf, as in every kernel until now.
    OFF,

    /// As once proposed (August 2024): a later zap passes the entry over, so its A may be found
    /// when the guest page has become another page of the host, or none.
    PROPOSED,

    /// The same, but a zap whose page goes takes such an A as well.
    STRICT
}
