package org.gleaner.mm.gup;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// What a secondary MMU needs of an address space and its folios: to resolve a page, to give the
/// reference back, and to say what its users did to the page.
///
/// Every successful [#getUserPage] is paired with exactly one [#put]. [#markAccessed] and
/// [#setDirty] are called while that reference is held, or before an `invalidateRangeStart` of the
/// page returns.
public interface UserPages {
    /// The subscribers of the address space.
    MmuNotifierSubscriptions notifiers();

    /// Resolves one page and takes a reference on its folio; see
    /// [org.gleaner.mm.gup.GetUserPages#get].
    ///
    /// @return the pfn, with [org.gleaner.mm.gup.GetUserPages#WRITABLE] or without; or a negative
    ///     error of [org.gleaner.mm.fault.PageFaults]
    long getUserPage(Cpu cpu, long vpn, boolean write, boolean wantWritable);

    /// What a task must do before it goes back to its user, who is the cause of its faults
    /// (`resume_user_mode_work`): nothing, unless its cgroup is above `memory.high`. May reclaim
    /// and sleep; no lock and no read section may be held.
    default void returnToUser(Cpu cpu) {}

    /// Drops a reference; frees the folio if it was the last.
    void put(Cpu cpu, int pfn);

    /// `mark_page_accessed`.
    void markAccessed(Cpu cpu, int pfn);

    /// `SetPageDirty`.
    void setDirty(Cpu cpu, int pfn);
}
