package org.gleaner.kvm;

import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.FaultFlow;
import org.gleaner.kvm.arch.Locks;
import org.gleaner.kvm.mmu.DirtyBitmap;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.pfn.FaultInPage;
import org.gleaner.kvm.pfn.GuestMemfdRange;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.pagetable.RadixTable;
import org.jspecify.annotations.Nullable;

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
/// level            the highest that the slot allows and the host's own page table has
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
    private final SecondaryMmu mmu;
    private final InvalidateGate gate;
    private final UserPages pages;
    private final Locks locks;
    private final FaultFlow flow;
    private final int mostLevel;

    PageFault(
            Vm vm,
            SecondaryMmu mmu,
            InvalidateGate gate,
            UserPages pages,
            Architecture architecture) {
        this.vm = vm;
        this.mmu = mmu;
        this.gate = gate;
        this.pages = pages;
        locks = architecture.locks();
        flow = architecture.flow();
        mostLevel = architecture.mostLeafLevel(mmu.tables.geometry);
    }

    /// Serves one fault of `vcpu`, outside guest mode.
    ///
    /// @param fault what the access wants; filled in as it is found out
    /// @return 0 to go back to the guest, which may fault again; or a negative error
    long handle(Cpu cpu, Vcpu vcpu, Fault fault) {
        int section = begin(cpu, fault);
        boolean fixed = tryFast(cpu, vcpu, fault);
        return end(cpu, section, fixed ? RetPf.FIXED : slow(cpu, vcpu, fault));
    }

    /// What every fault begins with; the result is for [#end].
    int begin(Cpu cpu, Fault fault) {
        cpu.enter(KernelFunction.VCPU_RUN);
        cpu.charge(Cost.VMEXIT);
        int section = vm.srcu.readLock(cpu);
        cpu.enter(KernelFunction.KVM_TDP_PAGE_FAULT);
        fault.prefetch = false;
        fault.isPrivate = isPrivate(cpu, fault.gfn);
        return section;
    }

    /// What every fault ends with, and what [#handle] returns.
    long end(Cpu cpu, int section, long result) {
        cpu.exit();
        vm.srcu.readUnlock(cpu, section);
        pages.returnToUser(cpu);
        cpu.exit();
        return Math.min(result, 0);
    }

    /// Maps a page that no access waits for.
    ///
    /// @return one of [RetPf], or a negative error; [PageClaim#AGAIN] if the slot is on its way out
    long prefetch(Cpu cpu, Vcpu vcpu, Fault fault) {
        int section = vm.srcu.readLock(cpu);
        cpu.enter(KernelFunction.KVM_TDP_PAGE_FAULT);
        fault.prefetch = true;
        fault.isPrivate = isPrivate(cpu, fault.gfn);
        fault.present = false;
        long result = slow(cpu, vcpu, fault);
        cpu.exit();
        vm.srcu.readUnlock(cpu, section);
        return result;
    }

    private boolean tryFast(Cpu cpu, Vcpu vcpu, Fault fault) {
        if (!isForFastPath(fault)) {
            return false;
        }
        Memslot slot = vm.memslots(cpu).find(fault.gfn);
        fault.log = slot == null ? null : slot.log();
        cpu.enter(KernelFunction.FAST_PAGE_FAULT);
        cpu.charge(Cost.MMU_AGE_GFN);
        locks.fast().lock(cpu, mmu.mmuLock);
        int result = mmu.fastFault(cpu, vcpu.root(), fault);
        locks.fast().unlock(cpu, mmu.mmuLock);
        cpu.exit();
        if (result == RetPf.INVALID) {
            return false;
        }
        vcpu.stat.fastFaults++;
        return true;
    }

    private boolean isForFastPath(Fault fault) {
        boolean hardware = mmu.tables.format.hardwareAccessedDirty;
        return switch (flow.fast()) {
            case RESTORES -> fault.present ? fault.write : !hardware;
            case ACCESS_FLAG -> fault.present && !hardware;
            case NONE -> false;
        };
    }

    /// Whether a fault takes no step but the snapshot, unless it needs a page.
    boolean isStraight(Cpu cpu, Vcpu vcpu, Fault fault) {
        return flow.snapshot() == FaultFlow.Snapshot.BEFORE_LOOKUP
                && vm.privateMemory() == null
                && !isForFastPath(fault)
                && vcpu.spare.isFull()
                && !pages.owes(cpu);
    }

    private long slow(Cpu cpu, Vcpu vcpu, Fault fault) {
        if (!prepare(cpu, vcpu, fault)) {
            return PageFaults.NOMEM;
        }
        fault.seq = snapshot(cpu);
        if (mmu.steps.asksAttributeAgain() && isPrivate(cpu, fault.gfn) != fault.isPrivate) {
            return PrivateMemory.MEMORY_FAULT;
        }
        Memslot slot = slotOf(cpu, fault);
        if (slot != null && slot.invalid() && fault.prefetch) {
            return PageClaim.AGAIN;
        }
        return isOvertaken(cpu, vcpu, slot, fault) ? RetPf.RETRY : resolve(cpu, vcpu, slot, fault);
    }

    /// Counts it, and sees that there are tables for it; false if there are not.
    boolean prepare(Cpu cpu, Vcpu vcpu, Fault fault) {
        if (fault.present) {
            vcpu.stat.permissionFaults++;
        } else {
            vcpu.stat.translationFaults += fault.prefetch ? 0 : 1;
        }
        cpu.chargeVarying(Cost.KVM_LOOKUP);
        return vcpu.spare.topUp(cpu);
    }

    /// The snapshot of a fault that [#isStraight], and its slot.
    @Nullable Memslot snapshotStraight(Cpu cpu, Fault fault) {
        fault.seq = gate.snapshot(cpu);
        return slotOf(cpu, fault);
    }

    private @Nullable Memslot slotOf(Cpu cpu, Fault fault) {
        Memslot slot = vm.memslots(cpu).find(fault.gfn);
        fault.log = slot == null ? null : slot.log();
        return slot;
    }

    /// The pre-check, which counts: whether the slot goes, or an invalidation is under way.
    boolean isOvertaken(Cpu cpu, Vcpu vcpu, @Nullable Memslot slot, Fault fault) {
        if (slot == null || !slot.invalid() && !gate.retryUnsafe(cpu, fault.seq, fault.gfn)) {
            return false;
        }
        vcpu.stat.count(fault, RetPf.RETRY);
        return true;
    }

    /// From the snapshot on.
    ///
    /// @return one of [RetPf], or a negative error
    long resolve(Cpu cpu, Vcpu vcpu, @Nullable Memslot slot, Fault fault) {
        int error =
                isFromFile(slot, fault)
                        ? faultInPrivate(cpu, vcpu, slot, fault)
                        : faultIn(cpu, vcpu, slot, fault);
        AsyncFaults async = vcpu.asyncFaults();
        if (error == PageClaim.NEEDS_IO && async != null) {
            return async.tellsGuest() ? Vcpu.PAGE_NOT_PRESENT : RetPf.RETRY;
        }
        if (error != 0 && isFromFile(slot, fault)) {
            return error;
        }
        if (error != 0 || slot == null) {
            return react(vcpu, slot, fault, error);
        }
        if (!mmu.steps.notesSequenceFirst()) {
            fault.seq = gate.snapshot(cpu);
        }
        if (mmu.steps.asksTheGate() && gate.retryUnsafe(cpu, fault.seq, fault.gfn)) {
            release(cpu, vcpu.page, fault, true);
            return vcpu.stat.count(fault, RetPf.RETRY);
        }
        return mapLocked(cpu, vcpu, slot, fault);
    }

    /// Where the fault looks at the mapping as well, the unlock is the barrier.
    private long snapshot(Cpu cpu) {
        if (flow.snapshot() == FaultFlow.Snapshot.BEFORE_LOOKUP) {
            return gate.snapshot(cpu);
        }
        pages.lockMappings(cpu);
        long seq = gate.snapshot(cpu);
        pages.unlockMappings(cpu);
        return seq;
    }

    /// `kvm_mmu_faultin_pfn`: first without sleeping, then with, for as long as no signal comes;
    /// unless a worker is asked to sleep in its place ([PageClaim#NEEDS_IO]).
    private int faultIn(Cpu cpu, Vcpu vcpu, @Nullable Memslot slot, Fault fault) {
        FaultInPage page = vcpu.page;
        cpu.enter(KernelFunction.KVM_FAULTIN_PFN);
        if (flow.hold() == FaultFlow.Hold.PINNED) {
            int error = pin(cpu, page, slot, fault);
            cpu.exit();
            return error;
        }
        long vpn = SlotView.vpn(slot, fault.gfn, fault.write);
        int how = fault.write ? Lookup.WRITE : 0;
        if (slot != null && slot.exits()) {
            int missing = page.lookUp(cpu, vpn, how | Lookup.FAST_ONLY, fault);
            cpu.exit();
            return missing == 0 ? 0 : PrivateMemory.MEMORY_FAULT;
        }
        if (slot != null && !slot.readOnly()) {
            how |= Lookup.WANT_WRITABLE;
        }
        int error = page.lookUp(cpu, vpn, how | Lookup.NOWAIT, fault);
        if (error == PageClaim.NEEDS_IO && !handsOver(cpu, vcpu, slot, fault)) {
            error = page.lookUp(cpu, vpn, how | Lookup.INTERRUPTIBLE, fault);
        }
        if (slot != null && slot.readOnly()) {
            fault.mapWritable = false;
        }
        cpu.exit();
        return error;
    }

    /// A page that its guest will have for good is pinned for writing, whatever the access.
    private static int pin(Cpu cpu, FaultInPage page, @Nullable Memslot slot, Fault fault) {
        long vpn = SlotView.vpn(slot, fault.gfn, true);
        return page.lookUp(cpu, vpn, Lookup.WRITE | Lookup.PIN | Lookup.INTERRUPTIBLE, fault);
    }

    private boolean isPrivate(Cpu cpu, long gfn) {
        PrivateMemory memory = vm.privateMemory();
        return memory != null && memory.isPrivate(cpu, gfn);
    }

    private static boolean isFromFile(@Nullable Memslot slot, Fault fault) {
        return slot != null && (fault.isPrivate || slot.isHostless());
    }

    /// `kvm_mmu_faultin_pfn_gmem`: every error leaves the guest.
    private static int faultInPrivate(Cpu cpu, Vcpu vcpu, @Nullable Memslot slot, Fault fault) {
        GuestMemfdRange file = slot == null ? null : slot.file();
        return file == null
                ? PrivateMemory.MEMORY_FAULT
                : vcpu.page.lookUp(cpu, file, fault.gfn, fault);
    }

    private static boolean handsOver(Cpu cpu, Vcpu vcpu, @Nullable Memslot slot, Fault fault) {
        AsyncFaults async = vcpu.asyncFaults();
        return async != null && slot != null && !fault.prefetch && async.handOver(cpu, slot, fault);
    }

    /// `kvm_handle_error_pfn`, `kvm_handle_noslot_fault`: what becomes of a fault that has no page.
    ///
    /// Broken memory is told to the process by a signal, and the guest is to try again; but a
    /// signal that waits ends `KVM_RUN` before the guest is entered.
    private static long react(Vcpu vcpu, @Nullable Memslot slot, Fault fault, int error) {
        return switch (error) {
            case PageClaim.NOSLOT, PageClaim.RO_FAULT -> Vcpu.EXIT_MMIO;
            case PageClaim.HWPOISON -> {
                vcpu.stat.poisoned(SlotView.vpn(slot, fault.gfn, fault.write));
                yield PageClaim.SIGPENDING;
            }
            default -> error;
        };
    }

    private int mapLocked(Cpu cpu, Vcpu vcpu, Memslot slot, Fault fault) {
        DirtyBitmap log = fault.log;
        if (flow.dirty() == FaultFlow.DirtyKey.ENTRY_WRITABLE && log != null && !fault.write) {
            fault.mapWritable = false;
        }
        locks.fault().lock(cpu, mmu.mmuLock);
        int result = RetPf.RETRY;
        MmuRoot root = vcpu.root();
        if (!isStale(cpu, root, fault)) {
            if (Invariants.ARMED) {
                mmu.invariants.installs(gate.retry(cpu, fault.seq, fault.gfn), fault.gfn);
            }
            fault.level = fault.log == null ? level(cpu, slot, fault) : RadixTable.LEVEL_4K;
            result = mmu.map(cpu, root, vcpu.spare, fault);
        }
        boolean unused = result == RetPf.RETRY;
        boolean early = !mmu.steps.marksOwned();
        if (result == RetPf.FIXED && flow.hold() == FaultFlow.Hold.PINNED) {
            vcpu.page.keep(cpu, vm.pins());
            mmu.invariants.dirtied(cpu, fault.pfn, fault.level);
        } else if (mmu.steps.releasesLocked()) {
            release(cpu, vcpu.page, fault, unused || early);
        }
        locks.fault().unlock(cpu, mmu.mmuLock);
        if (!mmu.steps.releasesLocked() && flow.hold() == FaultFlow.Hold.RELEASED) {
            release(cpu, vcpu.page, fault, unused);
        }
        boolean late = flow.log() == FaultFlow.LogMark.AFTER_UNLOCK;
        if (late && log != null && fault.mapWritable && result == RetPf.FIXED) {
            log.mark(cpu, fault.gfn);
        }
        if (early && !unused) {
            vcpu.page.markByNumber(cpu, fault.pfn, fault.mapWritable);
        }
        cpu.chargeVarying(Cost.KVM_MAP);
        return vcpu.stat.count(fault, result);
    }

    /// `kvm_mmu_max_mapping_level`: as high as the slot allows and the host itself maps the page.
    /// The host's entry may be believed because the fault is not stale and `mmu_lock` is held: who
    /// changes it must first get the lock for an invalidation.
    private int level(Cpu cpu, Memslot slot, Fault fault) {
        PrivateMemory memory = vm.privateMemory();
        if (isFromFile(slot, fault)) {
            return RadixTable.LEVEL_4K;
        }
        int most = slot.mostLevel(mmu.tables.geometry, mostLevel, fault.gfn);
        if (memory != null) {
            most = memory.mostLevel(cpu, fault.gfn, most);
        }
        if (most == RadixTable.LEVEL_4K) {
            return most;
        }
        int level = Math.min(most, pages.mappingLevel(cpu, slot.vpnOf(fault.gfn)));
        mmu.invariants.aligned(fault.gfn, fault.pfn, level);
        return level;
    }

    /// `is_page_fault_stale`.
    private boolean isStale(Cpu cpu, MmuRoot root, Fault fault) {
        return mmu.steps.asksTheRoot() && root.isInvalidLocked(cpu)
                || mmu.steps.asksTheGateLocked()
                        && (flow.retry() == FaultFlow.Retry.RANGE
                                ? gate.retry(cpu, fault.seq, fault.gfn)
                                : gate.retryAny(cpu, fault.seq));
    }

    /// `kvm_mmu_finish_page_fault`; under `mmu_lock` if the page was used.
    private void release(Cpu cpu, FaultInPage page, Fault fault, boolean unused) {
        boolean dirty = fault.mapWritable && mmu.steps.releasesDirty();
        for (int i = unused ? mmu.steps.releasesOnRetry() : 1; i > 0; i--) {
            page.release(cpu, unused, dirty);
        }
        if (!unused && dirty) {
            mmu.invariants.dirtied(cpu, fault.pfn, fault.level);
        }
    }
}
