package org.gleaner.machine;

/// A class of locks in the one order in which a CPU may take them: an earlier constant is the outer
/// lock. [LockDep] checks it.
///
/// The order is the whole machine's, so it stands in one place; a new class is a new line. From the
/// outside in: the hypervisor's configuration, address spaces, folios and reverse maps (all may
/// sleep), then the spinning locks from the page table down to the free lists. Notifiers are called
/// under [#PTE_LOCK], hence [#MMU_LOCK] below it.
///
/// [Kind#SRCU] constants are not locks but read sections that a `synchronize` waits for. Entering
/// one never waits, so it may happen anywhere. Its place in the order says two things: what stands
/// before it must not be taken inside a section (whoever holds that may be waiting for the section
/// to end), and what stands after it must not be held across the `synchronize`.
public enum LockClass {
    /// `kvm->lock`.
    KVM_LOCK("kvm->lock", Kind.SLEEPING),
    /// `vcpu->mutex`, held while a vCPU runs.
    VCPU_MUTEX("vcpu->mutex", Kind.SLEEPING),
    /// `kvm->slots_lock`, held across a memslot update and its `synchronize_srcu`.
    SLOTS_LOCK("slots_lock", Kind.SLEEPING),
    /// Serializes writers of `lru_gen/enabled`.
    LRU_GEN_STATE("lru_gen_state_mutex", Kind.SLEEPING),
    /// Sections in which a notifier of an address space may be running.
    MN_SRCU("srcu(mmu_notifier)", Kind.SRCU),
    /// Sections in which memslots are used: every fault and every notifier body.
    KVM_SRCU("kvm->srcu", Kind.SRCU),
    /// `kvm->slots_arch_lock`; may be taken inside [#KVM_SRCU], is dropped before synchronizing.
    SLOTS_ARCH_LOCK("slots_arch_lock", Kind.SLEEPING),
    /// `gpc->refresh_lock`: held while a cached guest page is looked up.
    GPC_REFRESH_LOCK("gpc->refresh_lock", Kind.SLEEPING),
    /// `mm->mmap_lock`.
    MMAP_LOCK("mmap_lock", Kind.SLEEPING),
    /// A mapping's invalidate lock (guest_memfd).
    INVALIDATE_LOCK("invalidate_lock", Kind.SLEEPING),
    /// Faults on one page of a hugetlb file (`hugetlb_fault_mutex_table`).
    HUGETLB_FAULT_MUTEX("hugetlb_fault_mutex", Kind.SLEEPING),
    /// A folio's lock bit.
    FOLIO_LOCK("folio_lock", Kind.SLEEPING),
    /// A file's `i_mmap_rwsem`.
    I_MMAP_RWSEM("i_mmap_rwsem", Kind.SLEEPING),
    /// `anon_vma->rwsem`.
    ANON_VMA_RWSEM("anon_vma_rwsem", Kind.SLEEPING),
    /// The one updater of an SRCU domain.
    SRCU_INTERNAL("srcu_gp_mutex", Kind.SLEEPING),
    /// Lock of one primary page table.
    PTE_LOCK("ptlock", Kind.SPINNING),
    /// `kvm->mmu_lock`.
    MMU_LOCK("mmu_lock", Kind.SPINNING),
    /// Lock bit of an rmap head; taken under [#MMU_LOCK] or without it.
    RMAP_LOCK("kvm_rmap_lock", Kind.SPINNING),
    /// `mmu_unsync_pages_lock`.
    MMU_UNSYNC_PAGES("mmu_unsync_pages_lock", Kind.SPINNING),
    /// `tdp_mmu_pages_lock`.
    TDP_MMU_PAGES("tdp_mmu_pages_lock", Kind.SPINNING),
    /// `mn_invalidate_lock`.
    MN_INVALIDATE_LOCK("mn_invalidate_lock", Kind.SPINNING),
    /// The list of a VM's caches of guest pages (`kvm->gpc_lock`).
    GPC_LIST_LOCK("gpc_lock", Kind.SPINNING),
    /// `gpc->lock`: never with `mmu_lock` inside.
    GPC_LOCK("gpc->lock", Kind.SPINNING),
    /// What a VM's vCPUs have handed over to workers, and what is done (`async_pf.lock`).
    ASYNC_PF_LOCK("async_pf->lock", Kind.SPINNING),
    /// Readers of a `userfaultfd` that wait (`fd_wqh.lock`).
    USERFAULT_READERS("fd_wqh.lock", Kind.SPINNING),
    /// Tasks that wait for pages of a `userfaultfd` (`fault_pending_wqh.lock`, and inside it
    /// `fault_wqh.lock`, for which nobody ever waits).
    USERFAULT_FAULTS("fault_pending_wqh.lock", Kind.SPINNING),
    /// The list of an address space's notifiers.
    NOTIFIER_LIST_LOCK("mmu_notifier_lock", Kind.SPINNING),
    /// The list of address spaces that a page-table walk visits.
    MM_LIST_LOCK("mm_list_lock", Kind.SPINNING),
    /// Lock of a page cache or swap cache tree.
    XA_LOCK("xa_lock", Kind.SPINNING),
    /// `lruvec->lru_lock`.
    LRU_LOCK("lru_lock", Kind.SPINNING),
    /// The list of memory cgroups and their counters.
    MEMCG_LOCK("memcg_lock", Kind.SPINNING),
    /// Swap clusters and slots.
    SWAP_LOCK("swap_lock", Kind.SPINNING),
    /// `pool->lock` of zsmalloc.
    ZS_POOL_LOCK("zs_pool_lock", Kind.SPINNING),
    /// The hugetlb pool.
    HUGETLB_LOCK("hugetlb_lock", Kind.SPINNING),
    /// `zone->lock`.
    ZONE_LOCK("zone_lock", Kind.SPINNING),
    /// Callback queues of [Rcu].
    RCU_INTERNAL("rcu_node_lock", Kind.SPINNING);

    /// How a CPU waits, and what it may do while it holds.
    public enum Kind {
        /// Waits by spinning; the holder must not sleep.
        SPINNING,
        /// Waits by sleeping; must not be taken by the holder of a spinning lock.
        SLEEPING,
        /// A sleepable read section that somebody waits for.
        SRCU
    }

    /// As a lock report would print it.
    public final String lockName;

    public final Kind kind;

    LockClass(String lockName, Kind kind) {
        this.lockName = lockName;
        this.kind = kind;
    }

    /// Place in the order, from 0 for the outermost.
    public int rank() {
        return ordinal();
    }
}
