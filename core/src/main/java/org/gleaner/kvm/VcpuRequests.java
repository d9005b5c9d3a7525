package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Mailbox;

/// What a vCPU has to do before it is in the guest again (`vcpu->requests`), and whether it is
/// there now (`vcpu->mode`).
///
/// Anyone posts a request, by [Vcpus]; the vCPU alone serves it, wherever else its CPU has been
/// meanwhile.
final class VcpuRequests {
    /// Drop cached translations (`KVM_REQ_TLB_FLUSH`).
    static final long TLB_FLUSH = 1;

    /// Let go of the root if it has become invalid (`KVM_REQ_MMU_FREE_OBSOLETE_ROOTS`).
    static final long FREE_OBSOLETE_ROOTS = 2;

    /// Begin or end to note dirty pages in hardware (`KVM_REQ_UPDATE_CPU_DIRTY_LOGGING`).
    static final long UPDATE_DIRTY_LOGGING = 4;

    /// Leave the guest once, for what leaving does (`kvm_vcpu_kick`).
    static final long KICK = 8;

    /// Find the page of the APIC again (`KVM_REQ_APIC_PAGE_RELOAD`).
    static final long APIC_PAGE_RELOAD = 16;

    /// Cached translations were dropped by an instruction: to be done with before the next access,
    /// and no work of the vCPU's.
    static final long TLB_INVALIDATED = 32;

    final Mailbox box;

    VcpuRequests(Cpu cpu) {
        box = new Mailbox(cpu);
    }

    /// Enters guest mode; false if something is to be done first, and it must be left at once.
    boolean enterGuest(Cpu cpu) {
        return cpu.enterInterruptible(box) == 0;
    }

    void leaveGuest(Cpu cpu) {
        cpu.exitInterruptible(box);
    }

    /// Whether anything is to be done; see [Cpu#pendingRequests].
    boolean arePending(Cpu cpu) {
        return cpu.pendingRequests(box) != 0;
    }

    /// Asks itself, outside the guest.
    void post(Cpu cpu, long request) {
        cpu.interrupt(new Mailbox[] {box}, 1, request);
    }

    /// Takes all, to serve them.
    long take(Cpu cpu) {
        return cpu.takeRequests(box);
    }
}
