package org.gleaner.kvm;

import java.util.Arrays;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.pfn.DirectAccess;
import org.gleaner.kvm.pfn.GuestPage;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;

/// Maps pages ahead of their use (`direct_pte_prefetch_many`), as MMUs do whose faults hold
/// `mmu_lock` for writing. Faults of the TDP MMU never do; who wants it asks for it.
///
/// Pages are looked up under `mmu_lock` without sleeping, and only while no invalidation is under
/// way: so none can have been overtaken, and no sequence number is needed. They are obtained for
/// writing and mapped writable, therefore released dirty, still under the lock; kernels before 6.13
/// released them clean, and left it to the zap to say that they were written to.
final class Prefetch {
    /// The most pages at a time (`PTE_PREFETCH_NUM`).
    static final int MOST = 8;

    private final Vm vm;
    private final SecondaryMmu mmu;
    private final InvalidateGate gate;
    private final UserPages pages;
    private final GuestPage lookup;

    // All that follows is the holder's of mmu_lock.
    private final PageClaim[] claims = new PageClaim[MOST];
    private final Fault fault = new Fault();

    @Guarded("mmu_lock")
    private long marks;

    Prefetch(Vm vm, SecondaryMmu mmu, InvalidateGate gate, UserPages pages, DirectAccess direct) {
        this.vm = vm;
        this.mmu = mmu;
        this.gate = gate;
        this.pages = pages;
        lookup = direct.page();
        Arrays.setAll(claims, i -> new PageClaim());
        fault.write = true;
        fault.mapWritable = true;
        fault.prefetch = true;
    }

    /// Maps the `n` pages from `gfn` on, at most [#MOST], for a vCPU that has run, as far as each
    /// is there and writable. A page that is mapped stays as it is.
    ///
    /// @return how many it has mapped; none of a slot that is logged or has private pages
    int map(Cpu cpu, Vcpu vcpu, long gfn, int n) {
        int section = vm.srcu.readLock(cpu);
        Memslot slot = vm.memslots(cpu).find(gfn);
        int mapped = 0;
        if (slot != null && slot.log() == null && slot.file() == null && vcpu.spare.topUp(cpu)) {
            int early = mmu.steps.prefetchesLocked() ? 0 : lookup.prefetch(cpu, gfn, claims, n);
            mmu.mmuLock.writeLock(cpu);
            mapped = mapLocked(cpu, vcpu, gfn, n, early);
            mmu.mmuLock.writeUnlock(cpu);
        }
        vm.srcu.readUnlock(cpu, section);
        return mapped;
    }

    private int mapLocked(Cpu cpu, Vcpu vcpu, long gfn, int n, int early) {
        MmuRoot root = vcpu.root();
        boolean may =
                !root.isInvalidLocked(cpu)
                        && !(mmu.steps.prefetchAsksTheGate() && gate.isInvalidating(cpu));
        int found = early;
        if (may && mmu.steps.prefetchesLocked()) {
            found = lookup.prefetch(cpu, gfn, claims, n);
        }
        int mapped = 0;
        for (int i = 0; i < found; i++) {
            if (may) {
                fault.gfn = gfn + i;
                fault.pfn = claims[i].pfn();
                mapped += mmu.map(cpu, root, vcpu.spare, fault) == RetPf.FIXED ? 1 : 0;
            }
            release(cpu, claims[i]);
        }
        return mapped;
    }

    private void release(Cpu cpu, PageClaim claim) {
        assert mmu.mmuLock.isHeldForWriteBy(cpu) : "F4 locked-or-unused";
        if (mmu.steps.prefetchesDirty()) {
            if (vm.config().pfn().prefetchesDirty()) {
                pages.setDirty(cpu, claim);
            }
            mmu.invariants.dirtied(cpu, claim.pfn(), fault.level);
        }
        pages.markAccessed(cpu, claim);
        marks++;
        if (mmu.steps.releasesPrefetched()) {
            pages.put(cpu, claim);
        }
    }

    /// Pages that were released as used.
    long marks() {
        return marks;
    }
}
