package org.gleaner.kvm.pfn;

import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.jspecify.annotations.Nullable;

/// What a page fault owns of the host: a page, a frame that has none, or an error. Each vCPU has
/// one and uses it again: nothing is allocated.
///
/// ```
/// free --lookUp--> a page --release: unused, clean or dirty--> free
///                  a frame without one --release: nothing to do--> free
///                  an error
/// ```
///
/// Every lookup that leaves no error is followed by exactly one [#release], on every path. Rules
/// that are broken say so by name where assertions are armed; see [PageLedger].
@OneCpu
public final class FaultInPage {
    private static final String CALL = "kvm_faultin_pfn";

    private final UserPages pages;
    private final PfnDesign design;
    private final PageGuess guess;
    private final QueuedRwLock mmuLock;
    private final PageLedger ledger;
    private final PageClaim claim = new PageClaim();

    // Counts, for reports.
    private long lookups;
    private long references;
    private long puts;
    private long guesses;
    private long accessed;
    private long dirtied;

    public FaultInPage(UserPages pages, PfnDesign design, QueuedRwLock mmuLock, PageLedger ledger) {
        this.pages = pages;
        this.design = design;
        guess = new PageGuess(pages);
        this.mmuLock = mmuLock;
        this.ledger = ledger;
    }

    /// Resolves a host page (`__kvm_faultin_pfn`). Slots' errors come before anything is looked at.
    /// May sleep: `mmu_lock` is not held.
    ///
    /// @param vpn the host page, [GuestSlots#NO_SLOT] or [GuestSlots#READ_ONLY]
    /// @param how bits of [Lookup]
    /// @param out where frame and writability go
    /// @return 0, or one of [PageClaim]'s errors; nothing is owned then
    public int lookUp(Cpu cpu, long vpn, int how, @Nullable Fault out) {
        checkUnlocked(cpu);
        if (out == null) {
            if (PageLedger.ARMED) {
                throw Invariants.broken("F3 both-out-slots: a lookup has nowhere to answer");
            }
            return PageClaim.FAULT;
        }
        out.pfn = -1;
        out.mapWritable = false;
        if (vpn < 0) {
            return vpn == GuestSlots.READ_ONLY ? PageClaim.RO_FAULT : PageClaim.NOSLOT;
        }
        ask(cpu, vpn, how);
        if (claim.kind() == PageClaim.Kind.ERROR) {
            return claim.error();
        }
        out.pfn = claim.pfn();
        out.mapWritable = claim.writable();
        if (claim.isOwned()) {
            references++;
            ledger.taken(claim, CALL);
        }
        return 0;
    }

    /// Finds a private page (`kvm_gmem_get_pfn`), which the guest may write to. Sleeps; `mmu_lock`
    /// is not held.
    ///
    /// @return 0, or one of [PageClaim]'s errors; nothing is owned then
    public int lookUp(Cpu cpu, GuestMemfdRange range, long gfn, Fault out) {
        checkUnlocked(cpu);
        out.pfn = -1;
        out.mapWritable = false;
        ledger.idle(claim);
        lookups++;
        range.file().find(cpu, range, gfn, claim);
        ledger.answered(claim);
        if (claim.kind() == PageClaim.Kind.ERROR) {
            return claim.error();
        }
        out.pfn = claim.pfn();
        out.mapWritable = true;
        references++;
        ledger.taken(claim, "kvm_gmem_get_pfn");
        return 0;
    }

    private void checkUnlocked(Cpu cpu) {
        if (PageLedger.ARMED && cpu.lockDep != null && mmuLock.isHeldBy(cpu)) {
            throw Invariants.broken("F1 sleeping-allowed: a lookup while mmu_lock is held");
        }
    }

    private void ask(Cpu cpu, long vpn, int how) {
        ledger.idle(claim);
        lookups++;
        pages.lookUp(cpu, vpn, how, claim);
        ledger.answered(claim);
        if (claim.isOwned()) {
            return;
        }
        if (claim.error() == PageClaim.AGAIN) {
            claim.fail(design.onAgain(how));
        } else if (claim.kind() == PageClaim.Kind.RAW) {
            if (design.guesses()) {
                guess(cpu);
            }
        } else if (design.looksTwice() && (how & (Lookup.NOWAIT | Lookup.FAST_ONLY)) == 0) {
            lookForPoison(cpu, vpn, claim.error());
        }
    }

    /// A frame that is no page of the process: if it has a page's record, there may be a count.
    private void guess(Cpu cpu) {
        if (guess.isPage(claim.pfn())) {
            guesses++;
            if (guess.take(cpu, claim.pfn())) {
                references++;
            } else {
                claim.fail(PageClaim.FAULT);
            }
        }
    }

    /// Fails again as the first lookup did, unless the memory is found broken. A process that is
    /// out of memory or interrupted is not asked again.
    private void lookForPoison(Cpu cpu, long vpn, int first) {
        if (first != PageClaim.FAULT && first != PageClaim.RO_FAULT) {
            return;
        }
        lookups++;
        pages.lookUp(cpu, vpn, Lookup.WRITE, claim);
        int second = claim.error();
        pages.put(cpu, claim);
        claim.fail(second == PageClaim.HWPOISON ? second : first);
    }

    /// Gives back what the last lookup found (`kvm_release_faultin_page`).
    ///
    /// @param unused nothing was done with it; else `mmu_lock` is held
    /// @param dirty it may be written to
    public void release(Cpu cpu, boolean unused, boolean dirty) {
        if (PageLedger.ARMED) {
            check(cpu, unused);
        }
        if (claim.kind() == PageClaim.Kind.RAW && design.guesses()) {
            releaseByNumber(cpu, unused, dirty);
            return;
        }
        if (claim.isOwned() && (!unused || design.marksUnused())) {
            pages.markAccessed(cpu, claim);
            accessed++;
            if (dirty && !unused) {
                pages.setDirty(cpu, claim);
                dirtied++;
            }
        }
        puts += claim.isOwned() ? 1 : 0;
        pages.put(cpu, claim);
    }

    /// Hands over what the last lookup has pinned, instead of [#release]; `mmu_lock` is held for
    /// writing.
    public void keep(Cpu cpu, GuestPins pins) {
        assert claim.kind() == PageClaim.Kind.PINNED : "a page is kept that is not pinned";
        pins.keep(cpu, claim);
    }

    /// Guesses again: what had no page at the lookup may have one now.
    private void releaseByNumber(Cpu cpu, boolean unused, boolean dirty) {
        int pfn = claim.pfn();
        if (guess.isPage(pfn)) {
            markByNumber(cpu, pfn, dirty && !unused);
            puts++;
            guess.put(cpu, pfn);
        }
        claim.free();
    }

    /// Marks a page that need not be owned.
    public void markByNumber(Cpu cpu, int pfn, boolean dirty) {
        guess.mark(cpu, pfn, dirty);
        accessed++;
        dirtied += dirty ? 1 : 0;
    }

    private void check(Cpu cpu, boolean unused) {
        if (claim.kind() == PageClaim.Kind.FREE) {
            throw Invariants.broken("released-once: " + CALL + " has given its page back already");
        }
        if (!unused && !mmuLock.isHeldBy(cpu)) {
            throw Invariants.broken(
                    "F4 locked-or-unused: page "
                            + claim.pfn()
                            + " was used and is released without mmu_lock");
        }
        if (claim.isOwned()) {
            ledger.given(claim);
        }
    }

    // --- counts ------------------------------------------------------------------------------

    /// Questions to the host.
    public long lookups() {
        return lookups;
    }

    /// References that lookups took.
    public long references() {
        return references;
    }

    /// References that were given back.
    public long puts() {
        return puts;
    }

    /// Frames that were taken for pages, with or without luck.
    public long guesses() {
        return guesses;
    }

    /// Pages marked accessed because a fault used them.
    public long accessed() {
        return accessed;
    }

    /// Pages marked dirty because a fault made them writable.
    public long dirtied() {
        return dirtied;
    }
}
