package org.gleaner.machine;

/// What a CPU can be charged for. The figures, with units and sources, stand in the host's `.costs`
/// file ([CostModel]); the name there is the name here.
public enum Cost {
    /// Atomic read-modify-write of a line already owned.
    LINE_LOCAL_RMW,
    /// Transfer of a line from another core behind the same last-level cache, where a socket has
    /// several of those.
    LINE_XFER_NEAR,
    /// Transfer of a line from another core of the same socket.
    LINE_XFER_SAME,
    /// Transfer of a line from another socket.
    LINE_XFER_CROSS,
    /// Transfer of a line that many others wait for, from another core of the same socket.
    LINE_XFER_STORM,
    /// A guest exit and the entry after it.
    VMEXIT,
    /// KVM's page-fault software until the page is known, or that there is none, without locks:
    /// memslot and fast GUP.
    KVM_LOOKUP,
    /// The rest of it for a fault that has a page, without locks: what prepares and ends the entry.
    KVM_MAP,
    /// Work under mmu_lock read to install one entry.
    MMU_INSTALL,
    /// Zap or age one gfn under or without mmu_lock: walk and update.
    MMU_AGE_GFN,
    /// Beside that, where the entry's line comes from memory.
    LEAF_MISS,
    /// Allocate and zero one secondary page table.
    SPTE_TABLE_ALLOC,
    /// Scan one secondary entry in sequence.
    SPTE_SCAN,
    /// Host fault on anonymous or shmem memory without zeroing and without locks.
    HOST_FAULT,
    /// Zero one 4 KiB page.
    ZERO_PAGE,
    /// Scan one primary entry in sequence.
    PTE_SCAN,
    /// Fixed cost of one MMU-notifier call: SRCU and memslot lookup.
    NOTIFIER_CALL,
    /// Reverse map of one mapping.
    RMAP_WALK,
    /// A hit on a present, accessed entry, TLB refill included.
    GUEST_HIT,
    /// Hardware sets an accessed or dirty bit.
    HW_SET_AD,
    /// Two-dimensional walk after a TLB miss.
    WALK_2D,
    /// Initiator's base cost of a TLB shootdown.
    TLB_IPI_BASE,
    /// Initiator's cost for each target.
    TLB_IPI_TARGET,
    /// What a victim in guest mode loses.
    TLB_IPI_VICTIM_GUEST,
    /// What a victim outside guest mode loses.
    TLB_IPI_VICTIM_HOST,
    /// Issuer's cost of an invalidation that all processors obey: instruction and barrier.
    TLB_BROADCAST,
    /// How long the machine is busy with one such invalidation before it hears the next.
    TLB_BROADCAST_SERVICE,
    /// Invalidate a guest's cached translations at entry.
    INVEPT,
    /// Page from the per-CPU list.
    PCP_ALLOC,
    /// Visit of the zone, under the zone lock, to refill a per-CPU list or to empty it.
    ZONE_REFILL,
    /// One page that such a visit moves.
    ZONE_PAGE,
    /// Charge to a memory cgroup, amortised.
    MEMCG_CHARGE,
    /// Put a folio into a per-CPU LRU batch.
    LRU_ADD,
    /// Drain one folio of a batch under the lruvec lock.
    LRU_DRAIN_ONE,
    /// Isolate one folio from a list.
    ISOLATE,
    /// Fixed work of shrink_folio_list for one folio: lock, unmap, slot.
    SHRINK_FOLIO,
    /// Allocate or free one swap slot.
    SWAP_SLOT,
    /// Compress one page into zram.
    ZRAM_WRITE,
    /// Decompress one page from zram.
    ZRAM_READ,
    /// Submit one block request.
    BLOCK_SUBMIT,
    /// From a task that goes to sleep to what runs next on its CPU.
    CTX_SWITCH,
    /// From a write that wakes a sleeper to where it runs again, its CPU's way back to it included.
    WAKE,
    /// What waking a sleeper keeps the waker busy for, within [#WAKE].
    WAKE_CALL,
    /// A vCPU's way from KVM to its user space and back, beside the guest exit.
    KVM_USER_EXIT,
    /// A system call of a reader of userfaults, without locks: to wait for one, or to read it.
    UFFD_READ,
    /// Supply a page by `UFFDIO_COPY` or `UFFDIO_CONTINUE`: the system call, without locks and
    /// copy.
    UFFD_SUPPLY,
    /// SRCU read section, both ends.
    SRCU_SECTION,
    /// Private work where four CPUs are busy, in percent of what it takes where one or two are.
    BUSY_4,
    /// The same where eight are.
    BUSY_8,
    /// The same where sixteen or more are.
    BUSY_16,
    /// Private work of a hardware thread whose core has another that is busy, in percent.
    BUSY_SIBLING
}
