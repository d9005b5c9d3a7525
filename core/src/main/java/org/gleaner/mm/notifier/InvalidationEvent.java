package org.gleaner.mm.notifier;

/// Why a range is invalidated (`enum mmu_notifier_event`): subscribers must act on every one, but
/// some may remember more of a page that stays where it is.
public enum InvalidationEvent {
    /// The mapping goes (`munmap`).
    UNMAP,

    /// Entries are taken away or replaced: reclaim, copy-on-write, split, merge.
    CLEAR,

    /// What a mapping, or a piece of it, permits changes (`mprotect`, a NUMA scan): its pages stay.
    PROTECTION_VMA,

    /// What an entry permits changes (`fork`, a page that is about to be written back): its page
    /// stays.
    PROTECTION_PAGE;

    /// Whether the pages stay mapped where they are.
    public boolean isProtection() {
        return this == PROTECTION_VMA || this == PROTECTION_PAGE;
    }
}
