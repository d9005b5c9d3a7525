package org.gleaner.mm.gup;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.pagetable.RadixTable;

/// What a secondary MMU needs of an address space and its folios: to resolve a page, to give the
/// reference back, and to say what its users did to the page.
///
/// Every lookup that leaves its claim owned is paired with exactly one [#put]. [#markAccessed] and
/// [#setDirty] are called while the page is owned; of a claim that owns nothing they do nothing.
public interface UserPages {
    /// The subscribers of the address space.
    MmuNotifierSubscriptions notifiers();

    /// Resolves one page (`hva_to_pfn`); may sleep, reclaim and swap. No spinlock may be held.
    ///
    /// @param how bits of [Lookup]
    /// @param claim filled in: what was found and is now owned, or the error
    void lookUp(Cpu cpu, long vpn, int how, PageClaim claim);

    /// Keeps the mappings as they are until [#unlockMappings] (`mmap_read_lock`), for a fault that
    /// looks at its page's mapping itself. Sleeps. A space that never changes has no such lock.
    default void lockMappings(Cpu cpu) {}

    /// Ends [#lockMappings].
    default void unlockMappings(Cpu cpu) {}

    /// What a task must do before it goes back to its user, who is the cause of its faults
    /// (`resume_user_mode_work`): nothing, unless its cgroup is above `memory.high`. May reclaim
    /// and sleep; no lock and no read section may be held.
    default void returnToUser(Cpu cpu) {}

    /// Whether that is anything.
    default boolean owes(Cpu cpu) {
        return false;
    }

    /// Charges pages that the secondary MMU lays by for its tables to the cgroup of the task, as
    /// far as they fit (`GFP_KERNEL_ACCOUNT`). May reclaim; no lock may be held that an
    /// invalidation takes.
    default void payTables(Cpu cpu, int pages) {}

    /// Charges one page, if it fits without reclaim (`GFP_NOWAIT`); any lock may be held.
    default void payTableAtOnce(Cpu cpu) {}

    /// Gives back pages paid for tables.
    default void refundTables(Cpu cpu, int pages) {}

    /// So many more of the pages paid hold tables that are linked (`sec_pagetables`).
    default void useTables(Cpu cpu, int more) {}

    /// The level of the leaf that maps the page in the host's own page table, 1 if none does
    /// (`host_pfn_mapping_level`). Waits for nothing. The answer holds as long as the caller keeps
    /// an invalidation of the page from passing: under its own lock, after it has made sure that
    /// none is under way.
    default int mappingLevel(Cpu cpu, long vpn) {
        return RadixTable.LEVEL_4K;
    }

    /// Whether the page is of the host's own memory, and not of a device with memory
    /// (`pfn_to_online_page`). It is owned.
    default boolean isOnline(Cpu cpu, PageClaim claim) {
        return true;
    }

    /// How often the frame was freed until now, where assertions are enabled; for checks.
    default int timesFreed(int pfn) {
        return 0;
    }

    /// Gives back what the claim owns, if anything, and frees the folio if that was the last
    /// reference. The claim is free then.
    void put(Cpu cpu, PageClaim claim);

    /// `mark_page_accessed`.
    void markAccessed(Cpu cpu, PageClaim claim);

    /// `SetPageDirty`.
    void setDirty(Cpu cpu, PageClaim claim);

    /// The pages by number, for kernels that mark them so.
    PagesByNumber byNumber();
}
