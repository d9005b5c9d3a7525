package org.gleaner.kvm;

import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.Geometry;

/// Maps guest pages that nobody has accessed yet (`KVM_PRE_FAULT_MEMORY`), one leaf after another,
/// as reads: what is mapped stays as it is, and new leaves are as large as a fault's and not young.
///
/// | a leaf's fault | ends with |
/// |---|---|
/// | mapped, or mapped before | the pages up to the leaf's end |
/// | an invalidation overtook it, or its root is obsolete | another try |
/// | a slot on its way out | [PageClaim#AGAIN] (`-EAGAIN`) |
/// | no slot there | [#NO_SLOT] (`-ENOENT`) |
/// | a signal ended the lookup | [PageClaim#SIGPENDING] (`-EINTR`) |
/// | no page there | its error |
///
/// An error counts only if nothing was mapped before it; who asked for more asks again for the
/// rest.
final class PreFault {
    /// No pages, or more than there can be (`-EINVAL`).
    static final long INVALID = -22;

    /// `-ENOENT`.
    static final long NO_SLOT = -2;

    private final PageFault faults;
    private final Vcpu vcpu;
    private final Geometry geometry;
    private final Fault fault = new Fault();

    PreFault(PageFault faults, Geometry geometry, Vcpu vcpu) {
        this.faults = faults;
        this.geometry = geometry;
        this.vcpu = vcpu;
    }

    /// See [Vcpu#preFault].
    long map(Cpu cpu, long gfn, long count) {
        if (gfn < 0 || count <= 0 || count > geometry.keys || gfn > geometry.keys - count) {
            return INVALID;
        }
        long end = gfn + count;
        for (long at = gfn; at < end; ) {
            long error = mapLeaf(cpu, at);
            if (error != 0) {
                return at > gfn ? at - gfn : error;
            }
            at = Math.min(end, geometry.alignDown(at, fault.level) + geometry.pages(fault.level));
        }
        return count;
    }

    /// `kvm_tdp_map_page`.
    private long mapLeaf(Cpu cpu, long gfn) {
        for (; ; ) {
            vcpu.prepare(cpu);
            fault.gfn = gfn;
            fault.write = false;
            long result = faults.prefetch(cpu, vcpu, fault);
            if (result == Vcpu.EXIT_MMIO) {
                return NO_SLOT;
            }
            if (result != RetPf.RETRY) {
                return Math.min(result, 0);
            }
            cpu.standAside();
        }
    }
}
