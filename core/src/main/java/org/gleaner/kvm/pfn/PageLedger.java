package org.gleaner.kvm.pfn;

import java.util.concurrent.ConcurrentHashMap;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.mm.gup.PageClaim;

/// The pages that a VM's lookups own, and which call took each. Armed by assertions; unarmed, it is
/// empty and costs nothing. A claim is its asker's own, so no two CPUs meet at one entry.
///
/// | rule | what breaks it |
/// |---|---|
/// | F1 sleeping-allowed | a lookup while `mmu_lock` is held |
/// | F3 both-out-slots | a fault's lookup that has nowhere to put its answer |
/// | F4 locked-or-unused | a page that was used is released without `mmu_lock` |
/// | released-once | a release of what is owned no more, or never was |
/// | ledger-empty | a page that is owned when all have stopped |
public final class PageLedger {
    /// Whether anything is checked.
    static final boolean ARMED = Invariants.ARMED;

    private final ConcurrentHashMap<PageClaim, String> owners = new ConcurrentHashMap<>();

    /// `claim` owns a page, which `call` took.
    void taken(PageClaim claim, String call) {
        if (ARMED) {
            owners.put(claim, call);
        }
    }

    /// `claim` is about to be used for another lookup.
    void idle(PageClaim claim) {
        String call = ARMED ? owners.get(claim) : null;
        if (call != null) {
            throw leaked(claim, call);
        }
    }

    private static AssertionError leaked(PageClaim claim, String call) {
        return Invariants.broken(
                "ledger-empty: page %d, taken by %s, was never given back"
                        .formatted(claim.pfn(), call));
    }

    /// `claim` is about to give its page back.
    void given(PageClaim claim) {
        if (ARMED && owners.remove(claim) == null) {
            throw Invariants.broken(
                    "released-once: page " + claim.pfn() + " is given back by who does not own it");
        }
    }

    /// Fails if a page is owned, and says who took it.
    public void checkEmpty() {
        owners.forEach((claim, call) -> {
            throw leaked(claim, call);
        });
    }
}
