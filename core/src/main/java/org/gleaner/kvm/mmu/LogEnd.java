package org.gleaner.kvm.mmu;

/// What becomes of the small leaves of a slot when its dirty log ends, where the host has huge
/// ones.
public enum LogEnd {
    /// Each table is taken out, and each time the guests are flushed (Linux 6.12).
    ZAP_AND_FLUSH_EACH,

    /// Each table is taken out; the guests are flushed once, and before each yield.
    ZAP_BATCHED,

    /// A huge leaf takes each table's place; one flush, and one before each yield (6.13 and later).
    RECOVER
}
