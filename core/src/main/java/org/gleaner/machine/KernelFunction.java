package org.gleaner.machine;

/// Names of call-tree frames, as a kernel profile would print them.
public enum KernelFunction {
    VCPU_RUN("vcpu_run"),
    KVM_TDP_PAGE_FAULT("kvm_tdp_page_fault"),
    FAST_PAGE_FAULT("fast_page_fault"),
    KVM_FAULTIN_PFN("__kvm_faultin_pfn"),
    KVM_TDP_MMU_MAP("kvm_tdp_mmu_map"),
    KVM_FLUSH_REMOTE_TLBS("kvm_flush_remote_tlbs"),
    KVM_AGE_HVA("kvm_mmu_notifier_clear_young"),
    KVM_AGE_FLUSH_HVA("kvm_mmu_notifier_clear_flush_young"),
    KVM_TEST_AGE_HVA("kvm_mmu_notifier_test_young"),
    KVM_TEST_CLEAR_YOUNG("kvm_mmu_notifier_test_clear_young"),
    KVM_UNMAP_HVA_RANGE("kvm_mmu_notifier_invalidate_range_start"),
    KVM_INVALIDATE_END("kvm_mmu_notifier_invalidate_range_end"),
    NOTIFIER_CLEAR_FLUSH_YOUNG("__mmu_notifier_clear_flush_young"),
    NOTIFIER_CLEAR_YOUNG("__mmu_notifier_clear_young"),
    NOTIFIER_TEST_YOUNG("__mmu_notifier_test_young"),
    NOTIFIER_TEST_CLEAR_YOUNG("__mmu_notifier_test_clear_young"),
    NOTIFIER_INVALIDATE_START("__mmu_notifier_invalidate_range_start"),
    NOTIFIER_INVALIDATE_END("__mmu_notifier_invalidate_range_end"),
    RAW_SPIN_LOCK("_raw_spin_lock"),
    RAW_READ_LOCK("_raw_read_lock"),
    RAW_WRITE_LOCK("_raw_write_lock"),
    DOWN_READ("down_read"),
    DOWN_WRITE("down_write"),
    HANDLE_MM_FAULT("handle_mm_fault"),
    DO_ANONYMOUS_PAGE("do_anonymous_page"),
    DO_SWAP_PAGE("do_swap_page"),
    SHMEM_FAULT("shmem_fault"),
    SHMEM_SWAPIN("shmem_swapin_folio"),
    SWAP_READ("swap_read_folio"),
    SWAP_WRITE("swap_writeout"),
    ALLOC_PAGES("__alloc_pages"),
    MEM_CGROUP_CHARGE("mem_cgroup_charge"),
    TRY_CHARGE("try_charge_memcg"),
    LRU_ADD_DRAIN("lru_add_drain"),
    FOLIO_ADD_LRU("folio_add_lru"),
    WORKINGSET_REFAULT("workingset_refault"),
    KSWAPD("kswapd"),
    BALANCE_PGDAT("balance_pgdat"),
    TRY_TO_FREE_PAGES("try_to_free_pages"),
    TRY_TO_FREE_MEM_CGROUP_PAGES("try_to_free_mem_cgroup_pages"),
    SHRINK_NODE("shrink_node"),
    SHRINK_ONE("shrink_one"),
    SHRINK_LRUVEC("shrink_lruvec"),
    TRY_TO_SHRINK_LRUVEC("try_to_shrink_lruvec"),
    EVICT_FOLIOS("evict_folios"),
    ISOLATE_FOLIOS("isolate_folios"),
    SHRINK_FOLIO_LIST("shrink_folio_list"),
    SHRINK_ACTIVE_LIST("shrink_active_list"),
    SHRINK_INACTIVE_LIST("shrink_inactive_list"),
    FOLIO_REFERENCED("folio_referenced"),
    RMAP_WALK_ANON("rmap_walk_anon"),
    RMAP_WALK_FILE("rmap_walk_file"),
    FOLIO_REFERENCED_ONE("folio_referenced_one"),
    LRU_GEN_LOOK_AROUND("lru_gen_look_around"),
    TRY_TO_UNMAP("try_to_unmap"),
    TRY_TO_UNMAP_ONE("try_to_unmap_one"),
    TRY_TO_UNMAP_FLUSH("try_to_unmap_flush"),
    ADD_TO_SWAP("add_to_swap"),
    PAGEOUT("pageout"),
    TRY_TO_INC_MAX_SEQ("try_to_inc_max_seq"),
    WALK_MM("walk_mm"),
    WALK_PTE_RANGE("walk_pte_range"),
    LRU_GEN_AGE_NODE("lru_gen_age_node"),
    LRU_GEN_CHANGE_STATE("lru_gen_change_state"),
    SYNCHRONIZE_RCU("synchronize_rcu"),
    SYNCHRONIZE_SRCU("synchronize_srcu"),
    USERFAULTFD_IOCTL("userfaultfd_ioctl"),
    HANDLE_USERFAULT("handle_userfault"),
    IO_WAIT("io_schedule"),
    /// Off the CPU, for others have it.
    SCHEDULE("schedule");

    private final String kernelName;

    KernelFunction(String kernelName) {
        this.kernelName = kernelName;
    }

    /// The name in the kernel's symbol table.
    public String kernelName() {
        return kernelName;
    }
}
