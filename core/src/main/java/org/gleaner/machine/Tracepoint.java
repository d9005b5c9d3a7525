package org.gleaner.machine;

import java.util.List;

/// What a [Tracer] is told of, by the kernel's names: tracepoints with their fields, and a few
/// functions that are worth to be seen as a whole. Where nobody listens, telling is a look at a
/// null field.
///
/// ```
/// long since = Tracepoint.begin(cpu);
/// ... the work ...
/// Tracepoint.KVM_PAGE_FAULT.tell(cpu, since, id, address, error);
/// ```
public enum Tracepoint {
    /// A fault that kept a vCPU out of its guest, from the exit to the way back in. Addresses are
    /// numbers of guest pages; bit 1 of the error is a write.
    KVM_PAGE_FAULT("kvm_page_fault", List.of(), List.of("vcpu_id", "gfn", "error_code")),
    /// A young query of one notifier, on host pages from `start` until before `end`.
    KVM_AGE_HVA("kvm_age_hva", List.of(), List.of("start", "end")),
    KVM_TEST_AGE_HVA("kvm_test_age_hva", List.of(), List.of("hva")),
    KVM_UNMAP_HVA_RANGE("kvm_unmap_hva_range", List.of(), List.of("start", "end")),
    MM_VMSCAN_KSWAPD_WAKE("mm_vmscan_kswapd_wake", List.of(), List.of("nid", "order")),
    MM_VMSCAN_KSWAPD_SLEEP("mm_vmscan_kswapd_sleep", List.of(), List.of("nid")),
    /// kswapd's work between the two.
    BALANCE_PGDAT("balance_pgdat", List.of("nr_reclaimed"), List.of()),
    MM_VMSCAN_DIRECT_RECLAIM_BEGIN("mm_vmscan_direct_reclaim_begin", List.of(), List.of("order")),
    MM_VMSCAN_DIRECT_RECLAIM_END(
            "mm_vmscan_direct_reclaim_end", List.of("nr_reclaimed"), List.of()),
    /// What is between the two.
    TRY_TO_FREE_PAGES("try_to_free_pages", List.of("nr_reclaimed"), List.of()),
    MM_VMSCAN_MEMCG_RECLAIM_BEGIN("mm_vmscan_memcg_reclaim_begin", List.of(), List.of("order")),
    MM_VMSCAN_MEMCG_RECLAIM_END("mm_vmscan_memcg_reclaim_end", List.of("nr_reclaimed"), List.of()),
    /// What is between the two.
    TRY_TO_FREE_MEM_CGROUP_PAGES(
            "try_to_free_mem_cgroup_pages", List.of("nr_reclaimed"), List.of()),
    /// A batch of pages that reclaim has taken off a list or a generation. Its pages are those that
    /// `pgscan` and `pgsteal` count.
    MM_VMSCAN_LRU_SHRINK_INACTIVE(
            "mm_vmscan_lru_shrink_inactive",
            List.of("nr_scanned", "nr_reclaimed"),
            List.of("priority"));

    /// As a kernel's trace has it.
    public final String pointName;

    /// Its first fields: counts, which may be added up.
    public final List<String> counts;

    /// Those that follow, which mean something of one event alone.
    public final List<String> others;

    Tracepoint(String pointName, List<String> counts, List<String> others) {
        this.pointName = pointName;
        this.counts = counts;
        this.others = others;
    }

    /// When what a point tells of begins: now. 0 if nobody listens.
    public static long begin(Cpu cpu) {
        return cpu.tracer == null ? 0 : cpu.now();
    }

    /// It is done.
    ///
    /// @param since what [#begin] gave
    public void tell(Cpu cpu, long since, long a, long b, long c) {
        Tracer tracer = cpu.tracer;
        if (tracer != null) {
            tracer.event(cpu, this, since, a, b, c);
        }
    }

    /// It happens, in no time.
    public void tell(Cpu cpu, long a, long b, long c) {
        tell(cpu, begin(cpu), a, b, c);
    }
}
