package org.gleaner.kvm.pfn;

import java.util.ArrayDeque;
import java.util.Deque;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;

/// The pages of a guest that its host may not get at: each is pinned when it is mapped, and is the
/// guest's until its second stage is gone (`pkvm_mem_abort`, `FOLL_LONGTERM`).
public final class GuestPins {
    private static final String CALL = "pkvm_mem_abort";

    private final UserPages pages;
    private final PageLedger ledger;

    @Guarded("mmu_lock")
    private final Deque<PageClaim> held = new ArrayDeque<>();

    public GuestPins(UserPages pages, PageLedger ledger) {
        this.pages = pages;
        this.ledger = ledger;
    }

    /// Takes over what a fault has pinned; `mmu_lock` is held for writing.
    void keep(Cpu cpu, PageClaim pinned) {
        cpu.writes(held);
        PageClaim own = new PageClaim();
        ledger.given(pinned);
        own.own(pinned.kind(), pinned.pfn(), pinned.writable());
        pinned.free();
        ledger.taken(own, CALL);
        held.add(own);
    }

    /// Unpins all, dirty, for nobody knows what the guest has written to. No leaf maps any of them.
    public void releaseAll(Cpu cpu) {
        cpu.writes(held);
        for (PageClaim each = held.poll(); each != null; each = held.poll()) {
            ledger.given(each);
            pages.setDirty(cpu, each);
            pages.put(cpu, each);
        }
    }

    /// Pages that are pinned.
    public int count(Cpu cpu) {
        cpu.reads(held);
        return held.size();
    }
}
