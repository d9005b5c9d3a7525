package org.gleaner.kvm.pfn;

import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;

/// A guest page that the kernel has mapped for itself for a while (`struct kvm_host_map`,
/// `kvm_vcpu_map`): pinned, for the kernel reads and writes it where no invalidation stops it.
///
/// A frame that nobody counts cannot be pinned; it is mapped only where unsafe mappings are
/// allowed, and nothing then keeps its owner from using it otherwise.
///
/// Kernels before 6.13 took a reference, by the guess where there is no page ([PfnDesign#guesses]),
/// which keeps the page from being freed but not from being replaced: a fork and the process's next
/// write leave the kernel with the child's copy. They mapped for writing always.
///
/// ```
/// if (map.map(cpu, gfn, true) == 0) {
///     use map.pfn()
/// }
/// map.unmap(cpu);          // after a failure, and a second time, it does nothing
/// ```
@OneCpu
public final class HostMap {
    /// No slot, no page, a write to what is read-only, or a frame that cannot be pinned
    /// (`-EINVAL`).
    public static final int INVALID = -22;

    /// The kernel has no room to map it (`-EFAULT`).
    public static final int FAULT = PageClaim.FAULT;

    private final GuestSlots slots;
    private final UserPages pages;
    private final KernelMap kernel;
    private final PfnDesign design;
    private final PageGuess guess;
    private final boolean allowsUnsafe;
    private final PageClaim claim = new PageClaim();

    private long gfn;
    private int pfn;
    private long address;
    private boolean writable;

    /// A reference was taken of a frame that is no page of the process.
    private boolean guessed;

    HostMap(
            GuestSlots slots,
            UserPages pages,
            KernelMap kernel,
            PfnDesign design,
            boolean allowsUnsafe) {
        this.slots = slots;
        this.pages = pages;
        this.kernel = kernel;
        this.design = design;
        guess = new PageGuess(pages);
        this.allowsUnsafe = allowsUnsafe;
        set(-1, false);
    }

    /// Every field, before anything can fail: so unmapping is right after any failure.
    private void set(long page, boolean write) {
        gfn = page;
        pfn = -1;
        address = KernelMap.NONE;
        writable = write;
        guessed = false;
    }

    /// Maps guest page `page`, for reading or for writing too (`kvm_vcpu_map`,
    /// `kvm_vcpu_map_readonly`). May sleep; no spinlock may be held.
    ///
    /// @return 0, [#INVALID] or [#FAULT]
    public int map(Cpu cpu, long page, boolean write) {
        assert address == KernelMap.NONE : "gfn " + gfn + " is still mapped";
        set(page, write);
        int section = slots.enter(cpu);
        long vpn = slots.vpn(cpu, page, write || !design.pinsMaps());
        boolean found = vpn >= 0 && (design.pinsMaps() ? pin(cpu, vpn) : reference(cpu, vpn));
        slots.leave(cpu, section);
        if (!found) {
            return INVALID;
        }
        pfn = claim.pfn();
        address = guessed ? pfn : kernel.map(cpu, claim);
        if (address == KernelMap.NONE) {
            assert !claim.isOwned() : "a page has no address";
            claim.free();
            return FAULT;
        }
        return 0;
    }

    private boolean pin(Cpu cpu, long vpn) {
        int how = writable ? Lookup.PIN | Lookup.WRITE : Lookup.PIN;
        pages.lookUp(cpu, vpn, allowsUnsafe ? how | Lookup.UNSAFE : how, claim);
        if (Invariants.ARMED) {
            check();
        }
        if (claim.kind() == PageClaim.Kind.ERROR) {
            claim.free();
            return false;
        }
        return true;
    }

    /// As kernels before 6.13 did: what has a page's record is taken for a page, if anybody refers
    /// to it.
    private boolean reference(Cpu cpu, long vpn) {
        pages.lookUp(cpu, vpn, Lookup.WRITE, claim);
        if (claim.kind() == PageClaim.Kind.RAW && guess.isPage(claim.pfn())) {
            guessed = guess.take(cpu, claim.pfn());
            if (!guessed) {
                claim.fail(PageClaim.FAULT);
            }
        }
        if (claim.kind() == PageClaim.Kind.ERROR) {
            claim.free();
            return false;
        }
        return true;
    }

    private void check() {
        if (claim.kind() == PageClaim.Kind.OWNED) {
            throw Invariants.broken(
                    "P10 pinned: a page is referenced that was to be pinned: " + claim.pfn());
        }
        if (claim.kind() == PageClaim.Kind.RAW && !allowsUnsafe) {
            throw Invariants.broken("P10 no-raw-pin: frame " + claim.pfn() + " cannot be pinned");
        }
    }

    /// Marks the page accessed, and dirty if it was mapped for writing, and unpins it
    /// (`kvm_vcpu_unmap`); the dirty log has the page in the second case, pinned or not. It is
    /// marked without `mmu_lock`: the pin keeps it. A raw frame is marked nowhere, unless it is
    /// taken for a page. What is not
    /// mapped, and what was unmapped before, is left alone (rule F7).
    public void unmap(Cpu cpu) {
        if (address == KernelMap.NONE) {
            return;
        }
        if (!guessed) {
            kernel.unmap(cpu, address);
        }
        if (writable) {
            int section = slots.enter(cpu);
            slots.markDirty(cpu, gfn);
            slots.leave(cpu, section);
        }
        if (claim.isOwned()) {
            if (writable) {
                pages.setDirty(cpu, claim);
            }
            pages.markAccessed(cpu, claim);
        }
        if (guessed) {
            guess.mark(cpu, pfn, writable);
            guess.put(cpu, pfn);
        }
        pages.put(cpu, claim);
        set(-1, false);
    }

    public boolean isMapped() {
        return address != KernelMap.NONE;
    }

    /// The frame; -1 if nothing is mapped.
    public int pfn() {
        return pfn;
    }

    public boolean writable() {
        return writable;
    }

    /// Whether the page is pinned: not if it is a raw frame, nor where pages are but referenced.
    public boolean isPinned() {
        return claim.kind() == PageClaim.Kind.PINNED;
    }
}
