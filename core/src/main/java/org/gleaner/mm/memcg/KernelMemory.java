package org.gleaner.mm.memcg;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.PageSize;

/// Memory that the kernel takes for itself on a cgroup's behalf, and charges to it: whole pages
/// (`GFP_KERNEL_ACCOUNT`), or objects of a slab (`SLAB_ACCOUNT`), for which a page is charged when
/// the bytes charged before are used up (`obj_cgroup_charge`). Pages stay for as long as the cgroup
/// lives; a page of objects goes with the last bytes that needed it.
///
/// Only the charge is modelled, which is what reclaim sees of it; what does not fit under a limit
/// is not charged.
public final class KernelMemory {
    private final MemcgCharge charge;
    private final int page;

    public KernelMemory(MemcgCharge charge, PageSize page) {
        this.page = page.bytes();
        this.charge = charge;
    }

    /// Charges pages one by one, reclaiming under a limit for each as for any other. Returns how
    /// many fitted.
    public int chargePages(Cpu cpu, Memcg memcg, int pages) {
        int charged = 0;
        for (int i = 0; i < pages; i++) {
            if (charge.charge(cpu, memcg)) {
                cpu.fetchAdd(memcg.kernelPages(), 1);
                memcg.lruvec().statChanged(cpu, 1);
                charged++;
            }
        }
        return charged;
    }

    /// Charges a page if it fits as it is, without reclaim.
    boolean chargePageIfRoom(Cpu cpu, Memcg memcg) {
        boolean fits = charge.chargeIfRoom(cpu, memcg, 1);
        if (fits) {
            cpu.fetchAdd(memcg.kernelPages(), 1);
            memcg.lruvec().statChanged(cpu, 1);
        }
        return fits;
    }

    /// Gives back what [#chargePages] took, or as many as there are.
    void unchargePages(Cpu cpu, Memcg memcg, long pages) {
        for (long left = pages; left > 0 && takePage(cpu, memcg); left--) {
            memcg.uncharge(cpu, 1);
            memcg.lruvec().statChanged(cpu, 1);
        }
    }

    /// Charges an object, or some, of this many bytes together.
    public void chargeBytes(Cpu cpu, Memcg memcg, int bytes) {
        long before = cpu.fetchAdd(memcg.objectBytes(), bytes);
        int pages = (int) (Math.ceilDiv(before + bytes, page) - Math.ceilDiv(before, page));
        chargePages(cpu, memcg, pages);
    }

    /// Gives back what [#chargeBytes] took.
    public void unchargeBytes(Cpu cpu, Memcg memcg, int bytes) {
        long before = cpu.fetchAdd(memcg.objectBytes(), -bytes);
        long pages = Math.ceilDiv(before, page) - Math.ceilDiv(before - bytes, page);
        unchargePages(cpu, memcg, pages);
    }

    /// Counts a page less; false if none is charged, for not all of them had room.
    private static boolean takePage(Cpu cpu, Memcg memcg) {
        for (; ; ) {
            long pages = cpu.load(memcg.kernelPages());
            if (pages == 0) {
                return false;
            }
            if (cpu.cas(memcg.kernelPages(), pages, pages - 1)) {
                return true;
            }
        }
    }
}
