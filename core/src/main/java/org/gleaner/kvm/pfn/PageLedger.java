package org.gleaner.kvm.pfn;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.mm.gup.PageClaim;
import org.jspecify.annotations.Nullable;

/// The pages that a VM's lookups own, and which call took each. Armed by assertions; unarmed, it is
/// empty and costs nothing. A claim is its asker's own, so no two CPUs meet at one entry.
///
/// | rule | what breaks it |
/// |---|---|
/// | F1 sleeping-allowed | a lookup while `mmu_lock` is held |
/// | F2 page-slot-present | a lookup whose page nobody would own |
/// | F3 both-out-slots | a fault's lookup that has nowhere to put its answer |
/// | F4 locked-or-unused | a page that was used is released without `mmu_lock` |
/// | released-once | a release of what is owned no more, or never was |
/// | P14 error-owns-nothing | a lookup that finds neither a frame nor an error |
/// | ledger-empty | a page that is owned when all have stopped |
public final class PageLedger {
    /// Whether anything is checked.
    static final boolean ARMED = Invariants.ARMED;

    /// By claim, in one place each that is used again: the call; null if nothing is owned.
    private final ConcurrentHashMap<PageClaim, AtomicReference<@Nullable String>> owners =
            new ConcurrentHashMap<>();

    /// `claim` owns a page, which `call` took.
    void taken(PageClaim claim, String call) {
        if (ARMED) {
            place(claim).set(call);
        }
    }

    private AtomicReference<@Nullable String> place(PageClaim claim) {
        return owners.computeIfAbsent(claim, c -> new AtomicReference<>());
    }

    /// `claim` is about to be used for another lookup.
    void idle(PageClaim claim) {
        String call = ARMED ? place(claim).get() : null;
        if (call != null) {
            throw leaked(claim, call);
        }
    }

    private static AssertionError leaked(PageClaim claim, String call) {
        return Invariants.broken(
                "ledger-empty: page %d, taken by %s, was never given back"
                        .formatted(claim.pfn(), call));
    }

    /// A lookup has filled `claim`: with a frame, or with an error and nothing else.
    void answered(PageClaim claim) {
        if (ARMED
                && claim.pfn() < 0
                && (claim.error() >= 0 || claim.writable() || claim.isOwned())) {
            throw Invariants.broken("P14 error-owns-nothing: a lookup ends without page and error");
        }
    }

    /// `claim` is about to give its page back.
    void given(PageClaim claim) {
        if (ARMED && place(claim).getAndSet(null) == null) {
            throw Invariants.broken(
                    "released-once: page " + claim.pfn() + " is given back by who does not own it");
        }
    }

    /// Fails if a page is owned, and says who took it.
    public void checkEmpty() {
        owners.forEach((claim, place) -> {
            String call = place.get();
            if (call != null) {
                throw leaked(claim, call);
            }
        });
    }
}
