package org.gleaner.mm.notifier;

import org.gleaner.machine.Cpu;
import org.jspecify.annotations.Nullable;

/// A secondary MMU's view of one address space (`struct mmu_notifier_ops`): the baseline operations
/// that every kernel has. Later API generations add operations; see the package.
///
/// Ranges are virtual page numbers, `start` inclusive, `end` exclusive. Young queries must not
/// sleep: reclaim calls them with a page-table lock held.
public abstract class MmuNotifier {
    /// The young query of a later generation that this subscriber offers beside the baseline, or
    /// null.
    public @Nullable YoungGeneration generation() {
        return null;
    }

    /// Tests and clears accessed bits in the range, and flushes the secondary TLB if any was set
    /// (unless the architecture elides that). Returns whether any was.
    public abstract boolean clearFlushYoung(Cpu cpu, long start, long end);

    /// As [#clearFlushYoung], without any flush.
    public abstract boolean clearYoung(Cpu cpu, long start, long end);

    /// Whether the page was accessed; clears nothing.
    public abstract boolean testYoung(Cpu cpu, long vpn);

    /// Zaps the range and keeps it from being mapped again until [#invalidateRangeEnd]. When this
    /// returns no access through the old pages is possible any more.
    public abstract void invalidateRangeStart(
            Cpu cpu, long start, long end, boolean mayBlock, InvalidationEvent event);

    /// Ends what [#invalidateRangeStart] began.
    public abstract void invalidateRangeEnd(Cpu cpu, long start, long end);

    /// The address space goes away: nothing may be mapped after this.
    public abstract void release(Cpu cpu);
}
