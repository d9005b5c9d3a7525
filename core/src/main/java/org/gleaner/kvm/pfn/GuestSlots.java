package org.gleaner.kvm.pfn;

import org.gleaner.machine.Cpu;

/// What the host side's own users of guest pages need to know of a VM: its slots, and whether an
/// invalidation has overtaken a lookup.
///
/// Slots are read inside a section of the VM's SRCU, from [#enter] to [#leave].
public interface GuestSlots {
    /// Answer of [#vpn]: no slot there, or one on its way out (`KVM_HVA_ERR_BAD`).
    long NO_SLOT = -1;

    /// Answer of [#vpn]: a write to a read-only slot (`KVM_HVA_ERR_RO_BAD`).
    long READ_ONLY = -2;

    int enter(Cpu cpu);

    void leave(Cpu cpu, int section);

    /// Changes with every published set of slots.
    long generation(Cpu cpu);

    /// The host page behind guest page `gfn`, or [#NO_SLOT], or [#READ_ONLY].
    long vpn(Cpu cpu, long gfn, boolean write);

    /// The page was written to by other means than the guest's entries: marks it in its slot's
    /// dirty log, if there is one (`kvm_vcpu_mark_page_dirty`).
    void markDirty(Cpu cpu, long gfn);

    /// How many pages of its slot there are from `gfn` on; 0 if it has none.
    long pagesFrom(Cpu cpu, long gfn);

    /// The sequence number of invalidations (`mmu_invalidate_seq`); everything read later comes
    /// after it.
    long sequence(Cpu cpu);

    /// Whether an invalidation of anything is on its way, from before the caches are told of it
    /// until after the sequence number has moved (`mn_active_invalidate_count`).
    boolean isInvalidating(Cpu cpu);
}
