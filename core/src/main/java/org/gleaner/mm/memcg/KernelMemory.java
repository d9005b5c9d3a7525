package org.gleaner.mm.memcg;

import org.gleaner.machine.Cpu;

/// Memory that the kernel takes for itself on a cgroup's behalf, and charges to it: whole pages
/// (`GFP_KERNEL_ACCOUNT`), or objects of a slab (`SLAB_ACCOUNT`), for which a page is charged when the bytes charged
/// before are used up (`obj_cgroup_charge`). It is never given back while the cgroup lives.
///
/// Only the charge is modelled, which is what reclaim sees of it; what does not fit under a limit is not charged.
public final class KernelMemory {
    private static final int PAGE = 4096;

    private final MemcgCharge charge;

    public KernelMemory(MemcgCharge charge) {
        this.charge = charge;
    }

    /// Charges pages one by one, reclaiming under a limit for each as for any other.
    public void chargePages(Cpu cpu, Memcg memcg, int pages) {
        for (int i = 0; i < pages; i++) {
            if (charge.charge(cpu, memcg)) {
                cpu.fetchAdd(memcg.kernelPages(), 1);
                memcg.lruvec().statChanged(1);
            }
        }
    }

    /// Charges an object, or some, of this many bytes together.
    public void chargeBytes(Cpu cpu, Memcg memcg, int bytes) {
        long before = cpu.fetchAdd(memcg.objectBytes(), bytes);
        int pages = (int) (Math.ceilDiv(before + bytes, PAGE) - Math.ceilDiv(before, PAGE));
        chargePages(cpu, memcg, pages);
    }
}
