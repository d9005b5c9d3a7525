package org.gleaner.kvm.pfn;

import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.mm.gup.UserPages;

/// What the host side's own users of a VM's guest pages begin with: the kernel reads and writes
/// those pages itself, not through the second stage.
public final class DirectAccess {
    /// Raw frames that may have a kernel address at one time (`vmalloc` space of a small host).
    private static final int ROOM = 1 << 16;

    private final GuestSlots slots;
    private final UserPages pages;
    private final KernelMap kernel = new KernelMap(ROOM);
    private final PfnCaches caches;
    private final ProtocolSteps steps;
    private final PfnDesign design;
    private final boolean allowsUnsafe;
    private final GuestPage guestPage;

    /// @param allowsUnsafe frames that cannot be pinned may be mapped all the same
    ///     (`allow_unsafe_mappings`)
    public DirectAccess(
            GuestSlots slots,
            UserPages pages,
            PfnCaches caches,
            ProtocolSteps steps,
            PfnDesign design,
            boolean allowsUnsafe) {
        this.slots = slots;
        this.pages = pages;
        this.caches = caches;
        this.steps = steps;
        this.design = design;
        this.allowsUnsafe = allowsUnsafe;
        guestPage = new GuestPage(slots, pages);
    }

    /// A cache of one guest page, not yet active.
    public PfnCache newCache() {
        return new PfnCache(slots, pages, kernel, caches, steps);
    }

    /// A mapping of one guest page, not yet made.
    public HostMap newMap() {
        return new HostMap(slots, pages, kernel, design, allowsUnsafe);
    }

    /// The pages that the kernel maps for a guest that runs guests of its own, none mapped.
    public NestedPages newNestedPages() {
        return new NestedPages(this);
    }

    /// Frames that are not kept.
    ///
    /// @param page what the lookups own meanwhile
    public GuestPfn newGuestPfn(FaultInPage page) {
        return new GuestPfn(slots, page, design);
    }

    /// Pages for those who need a page.
    public GuestPage page() {
        return guestPage;
    }

    /// Caches that are active.
    public long activeCaches() {
        return caches.active();
    }

    /// The kernel's addresses of frames.
    public KernelMap kernel() {
        return kernel;
    }
}
