package org.gleaner.kvm.arch;

/// The rules by which a fault goes on, which are the same code on all architectures and not the
/// same rules.
///
/// @param snapshot where a fault notes the number that tells it of invalidations
/// @param retry what an invalidation under way makes a fault retry
/// @param dirty which pages a fault releases as dirty
/// @param log when a page that is mapped writable is marked in the dirty log
/// @param fast which faults need no page
/// @param hold what becomes of the page that was mapped
public record FaultFlow(
        Snapshot snapshot, Retry retry, DirtyKey dirty, LogMark log, FastPath fast, Hold hold) {
    /// Where a fault notes the number that tells it of invalidations; always before it looks the
    /// page up.
    public enum Snapshot {
        /// Nowhere in particular: a barrier follows.
        BEFORE_LOOKUP,

        /// While it looks at the page's mapping, whose lock it holds for reading.
        IN_MMAP_LOCK
    }

    /// What an invalidation under way makes a fault retry.
    public enum Retry {
        /// A page of its range.
        RANGE,

        /// Any page of the VM.
        VM
    }

    /// What makes a page dirty when its fault releases it.
    public enum DirtyKey {
        /// The host maps it writable.
        HOST_WRITABLE,

        /// The entry is writable: one made for a read while a log is kept is not.
        ENTRY_WRITABLE
    }

    /// When a page is marked in the dirty log.
    public enum LogMark {
        /// Before its entry is there, under `mmu_lock`.
        WITH_ENTRY,

        /// After `mmu_lock` was dropped.
        AFTER_UNLOCK
    }

    /// What becomes of the page that was mapped.
    public enum Hold {
        /// It is given back: who takes it away tells the second stage.
        RELEASED,

        /// It is pinned, and stays the guest's: the second stage does what nobody tells it.
        PINNED
    }

    /// Which faults are served without looking a page up.
    public enum FastPath {
        /// Writes that the entry was made for, and all accesses where hardware has no A and D.
        RESTORES,

        /// Accesses to an entry whose access flag is clear, where hardware does not set it.
        ACCESS_FLAG,

        /// None.
        NONE
    }
}
