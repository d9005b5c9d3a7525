package org.gleaner.kvm;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.gup.GetUserPages;
import org.gleaner.mm.gup.UserPages;

/// A guest access that the second stage does not let through (`kvm_tdp_page_fault`), for pages of
/// anonymous or shared memory.
///
/// ```
/// fast path        no lock: restore an access-tracked or write-protected leaf
/// top up           tables for the walk; may sleep
/// snapshot         the gate's sequence number, then the slot
/// pre-check        an invalidation is under way: go back to the guest and fault again
/// resolve          the host's page, with a reference; no lock; may reclaim, swap, sleep
/// pre-check        again, to spare the lock
/// lock             mmu_lock read
/// stale?           the root is obsolete, or the gate says so: retry
/// map              walk, link tables, install by compare-and-swap
/// release          accessed, dirty if the host maps it writable, put; still under the lock
/// unlock
/// ```
///
/// The page is marked and released under the lock because then no invalidation of it can have
/// finished: dirty state cannot come too late. A fault that retries has used nothing and marks
/// nothing. Dirty goes by whether the *host* maps the page writable, not by the entry's W: the fast
/// path may set W later and must not touch the page.
final class PageFault {
    private final Vm vm;
    private final TdpMmu mmu;
    private final InvalidateGate gate;
    private final UserPages pages;

    PageFault(Vm vm, TdpMmu mmu, InvalidateGate gate, UserPages pages) {
        this.vm = vm;
        this.mmu = mmu;
        this.gate = gate;
        this.pages = pages;
    }

    /// Serves one fault of `vcpu`, outside guest mode.
    ///
    /// @param present something is mapped there that does not allow the access
    /// @return 0 to go back to the guest, which may fault again; or a negative error
    long handle(Cpu cpu, Vcpu vcpu, long gfn, boolean write, boolean present) {
        cpu.enter(KernelFunction.VCPU_RUN);
        cpu.charge(Cost.VMEXIT);
        int section = vm.srcu.readLock(cpu);
        cpu.enter(KernelFunction.KVM_TDP_PAGE_FAULT);
        long error = tryFast(cpu, vcpu, gfn, write, present) ? 0 : slow(cpu, vcpu, gfn, write);
        cpu.exit();
        vm.srcu.readUnlock(cpu, section);
        pages.returnToUser(cpu);
        cpu.exit();
        return error;
    }

    private boolean tryFast(Cpu cpu, Vcpu vcpu, long gfn, boolean write, boolean present) {
        if (present ? !write : mmu.format.hardwareAccessedDirty) {
            return false;
        }
        cpu.enter(KernelFunction.FAST_PAGE_FAULT);
        cpu.charge(Cost.MMU_AGE_GFN);
        int result = mmu.fastFault(cpu, vcpu.root(), gfn, write);
        cpu.exit();
        if (result == RetPf.INVALID) {
            return false;
        }
        vcpu.fastFaults++;
        return true;
    }

    private long slow(Cpu cpu, Vcpu vcpu, long gfn, boolean write) {
        cpu.charge(Cost.KVM_FAULT);
        vcpu.spare.topUp(cpu);
        long seq = gate.snapshot(cpu);
        Memslot slot = vm.memslots(cpu).find(gfn);
        if (slot == null || write && slot.readOnly()) {
            return Vcpu.EXIT_MMIO;
        }
        if (slot.invalid() || gate.retryUnsafe(cpu, seq, gfn)) {
            vcpu.retries++;
            return 0;
        }
        long page = resolve(cpu, slot, gfn, write);
        if (page < 0) {
            return page;
        }
        if (!mmu.steps.notesSequenceFirst()) {
            seq = gate.snapshot(cpu);
        }
        boolean mapWritable = (page & GetUserPages.WRITABLE) != 0 && !slot.readOnly();
        int pfn = (int) (page & ~GetUserPages.WRITABLE);
        if (mmu.steps.asksTheGate() && gate.retryUnsafe(cpu, seq, gfn)) {
            release(cpu, pfn, true, false);
            vcpu.retries++;
            return 0;
        }
        mapLocked(cpu, vcpu, seq, gfn, pfn, mapWritable, write);
        return 0;
    }

    private long resolve(Cpu cpu, Memslot slot, long gfn, boolean write) {
        cpu.enter(KernelFunction.KVM_FAULTIN_PFN);
        long page = pages.getUserPage(cpu, slot.vpnOf(gfn), write, !slot.readOnly());
        cpu.exit();
        return page;
    }

    private void mapLocked(
            Cpu cpu, Vcpu vcpu, long seq, long gfn, int pfn, boolean mapWritable, boolean write) {
        mmu.mmuLock.readLock(cpu);
        int result = RetPf.RETRY;
        TdpRoot root = vcpu.root();
        if (!isStale(cpu, root, seq, gfn)) {
            mmu.invariants.installs(cpu, gate, seq, gfn);
            result = mmu.map(cpu, root, vcpu.spare, gfn, pfn, mapWritable, write);
        }
        boolean unused = result == RetPf.RETRY;
        if (mmu.steps.releasesLocked()) {
            release(cpu, pfn, unused, mapWritable);
        }
        mmu.mmuLock.readUnlock(cpu);
        if (!mmu.steps.releasesLocked()) {
            release(cpu, pfn, unused, mapWritable);
        }
        vcpu.count(result);
    }

    /// `is_page_fault_stale`.
    private boolean isStale(Cpu cpu, TdpRoot root, long seq, long gfn) {
        return mmu.steps.asksTheRoot() && root.isInvalidLocked(cpu)
                || mmu.steps.asksTheGateLocked() && gate.retry(cpu, seq, gfn);
    }

    /// `kvm_release_faultin_page`; under `mmu_lock` if the page was used.
    private void release(Cpu cpu, int pfn, boolean unused, boolean dirty) {
        if (!unused) {
            pages.markAccessed(cpu, pfn);
            if (dirty && mmu.steps.releasesDirty()) {
                pages.setDirty(cpu, pfn);
                mmu.invariants.dirtied(cpu, pfn);
            }
        }
        for (int n = unused ? mmu.steps.releasesOnRetry() : 1; n > 0; n--) {
            pages.put(cpu, pfn);
        }
    }
}
