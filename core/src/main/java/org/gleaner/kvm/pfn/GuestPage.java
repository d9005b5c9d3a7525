package org.gleaner.kvm.pfn;

import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.jspecify.annotations.Nullable;

/// Pages of guest pages, for those who truly need a page and no frame (`gfn_to_page`), and for
/// those who must not sleep to get one (`kvm_prefetch_pages`).
public final class GuestPage {
    /// No slot there, or a read-only one.
    public static final int BAD = -1;

    private final GuestSlots slots;
    private final UserPages pages;

    GuestPage(GuestSlots slots, UserPages pages) {
        this.slots = slots;
        this.pages = pages;
    }

    /// The page behind `gfn`, referenced (`__gfn_to_page`). No invalidation is waited for: it may
    /// be another's tomorrow. May sleep; no spinlock may be held.
    ///
    /// @param claim owns the page, if there is one; [UserPages#put] gives it back
    /// @return whether there is a page: not if there is no slot or a read-only one, on an error,
    ///     and for a frame that is no page, which is the same to the caller
    public boolean find(Cpu cpu, long gfn, boolean write, @Nullable PageClaim claim) {
        if (claim == null) {
            if (PageLedger.ARMED) {
                throw Invariants.broken("F2 page-slot-present: nobody would own what is found");
            }
            return false;
        }
        int section = slots.enter(cpu);
        long vpn = slots.vpn(cpu, gfn, write);
        if (vpn >= 0) {
            pages.lookUp(cpu, vpn, write ? Lookup.WRITE : 0, claim);
            if (!claim.isOwned()) {
                claim.free();
            }
        }
        slots.leave(cpu, section);
        return vpn >= 0 && claim.isOwned();
    }

    /// The pages of `n` guest pages from `gfn` on, all for writing, as far as each is there and
    /// writable now. Never sleeps and takes no lock, so `mmu_lock` may be held. The first that is
    /// not there ends it.
    ///
    /// The caller is in a section of [GuestSlots], as whoever faults is.
    ///
    /// @param claims the first of them own what was found; each is given back by [UserPages#put]
    /// @return how many were found; [#BAD] without a writable slot; 0 if fewer than `n` pages are
    ///     left in it
    public int prefetch(Cpu cpu, long gfn, PageClaim[] claims, int n) {
        long vpn = slots.vpn(cpu, gfn, true);
        if (vpn < 0) {
            return BAD;
        }
        if (slots.pagesFrom(cpu, gfn) < n) {
            return 0;
        }
        for (int i = 0; i < n; i++) {
            PageClaim claim = claims[i];
            pages.lookUp(cpu, vpn + i, Lookup.WRITE | Lookup.FAST_ONLY, claim);
            assert claim.kind() != PageClaim.Kind.RAW : "F5 no-pfnmap: a raw frame is prefetched";
            if (!claim.isOwned()) {
                claim.free();
                return i;
            }
        }
        return n;
    }
}
