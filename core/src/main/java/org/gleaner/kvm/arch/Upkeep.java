package org.gleaner.kvm.arch;

/// How entries and tables are kept, and what it takes to tell the guests of a change: what the
/// engine of an architecture does, said in one place. Common code asks for `invalidation` only.
///
/// @param unmap who flushes after an unmap, and how often
/// @param invalidation how a change is made known to the guests
/// @param tables when tables are given back
/// @param accessed who sets an accessed bit
/// @param aging what an ager visits
/// @param logging what makes a write known to the dirty log
/// @param eager when huge leaves are split ahead of writes that a log wants to see
/// @param huge what becomes of a huge leaf that stands where small ones are wanted
/// @param removal what the deletion of a slot takes out
public record Upkeep(
        UnmapFlush unmap,
        Invalidation invalidation,
        TableFree tables,
        Accessed accessed,
        AgingWalk aging,
        Logging logging,
        EagerSplit eager,
        HugeRule huge,
        Removal removal) {
    /// Who flushes after an unmap.
    public enum UnmapFlush {
        /// Common code, once, if anything was there.
        COMMON_IF_ANY,

        /// Common code, once, always.
        COMMON_ALWAYS,

        /// The engine, after each entry.
        EACH_ENTRY,

        /// The engine, once for each call.
        EACH_CALL
    }

    /// How a change is made known.
    public enum Invalidation {
        /// Every vCPU that runs a guest is interrupted.
        INTERRUPT,

        /// By an instruction that all processors obey.
        BROADCAST
    }

    /// When tables are given back.
    public enum TableFree {
        /// When they are replaced or their root goes, after a grace period.
        RCU,

        /// As RCU where readers may be; at once in an unmap that empties them.
        RCU_OR_EMPTIED
    }

    /// Who sets an accessed bit.
    public enum Accessed {
        HARDWARE,

        /// A fault.
        FAULT
    }

    /// What an ager visits.
    public enum AgingWalk {
        /// All leaves of its range.
        LEAVES,

        /// The first page's leaf.
        FIRST_LEAF
    }

    /// What makes a write known.
    public enum Logging {
        /// Its fault, for the entry is read-only.
        WRITE_PROTECT,

        /// The entry's D, or what hardware notes; the fault where there is no D.
        DIRTY_BIT
    }

    /// When huge leaves are split ahead of writes that a log wants to see.
    public enum EagerSplit {
        /// Before they are protected, in the same section of the lock; by default.
        BEFORE_PROTECTION,

        /// When they were protected and flushed, in a section of its own; not by default.
        AFTER_FLUSH
    }

    /// What becomes of a huge leaf in the way of small ones.
    public enum HugeRule {
        /// A table of its parts takes its place.
        SPLIT,

        /// It goes, and each page faults again.
        BREAK
    }

    /// What the deletion of a slot takes out.
    public enum Removal {
        /// Everything, by making all roots invalid.
        ALL_ROOTS,

        /// The slot's entries.
        RANGE
    }
}
