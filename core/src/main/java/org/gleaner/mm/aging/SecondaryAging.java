package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// mm's half of an aging design: how reclaim asks the secondary MMUs of an address space for
/// accessed bits. Reclaim tests and clears the primary accessed bit itself and passes what it
/// found.
///
/// All calls are made with the page-table lock of `vpn` held and must not sleep.
public abstract class SecondaryAging {
    /// [#target]: the page was accessed through a secondary MMU.
    public static final int YOUNG = 1;

    /// [#target]: harvesting the neighbours is worth it.
    public static final int LOOK_AROUND = 2;

    /// The question about one mapping that is not looked around (`ptep_clear_flush_young_notify`):
    /// the classic LRU's, and anybody's about a huge leaf. Every design answers it with the
    /// baseline operation.
    public final boolean clearFlushYoung(
            Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
        return mm.clearFlushYoung(cpu, start, end);
    }

    /// MGLRU's page-table walk's question about a huge leaf, whose own bit it consumes
    /// (`pmdp_clear_young_notify`). A window of neighbours has nothing to offer here, so all
    /// designs that ask at all ask with the baseline operation.
    public boolean clearYoung(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
        return mm.clearYoung(cpu, start, end);
    }

    /// `v1` as it was posted, without the shift of the bitmap when a window shrinks: for showing
    /// what that does.
    public static SecondaryAging flipBitmapAsPosted() {
        return new FlipBitmapAging(true);
    }

    /// MGLRU's question about the page it is about to evict (the head of `lru_gen_look_around`).
    ///
    /// @param primaryYoung whether the primary entry was accessed (already cleared by the caller)
    /// @return [#YOUNG] and [#LOOK_AROUND] bits; YOUNG says what the secondary MMUs said
    public abstract int target(
            Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung);

    /// Whether MGLRU's page-table walk may skip a table whose non-leaf accessed bit is clear, for
    /// an address space with subscribers. Where it consults secondary MMUs it may not.
    public abstract boolean trustsNonLeafYoung();

    /// Whether MGLRU's page-table walk leaves out an address space altogether.
    public boolean passesOver(MmuNotifierSubscriptions mm) {
        return false;
    }

    /// Harvest state for a run of consecutive pages; one per CPU, reused, never shared.
    public abstract Window newWindow();

    /// One pass over consecutive pages of one address space, by the page-table walk or by
    /// look-around.
    ///
    /// For each page in ascending order reclaim calls [#test]; if that says yes it looks the folio
    /// up and then calls exactly one of [#clear] or [#skip]. At the end it calls [#finish].
    public abstract static class Window {
        /// Starts a pass over `[start, end)`.
        public abstract void begin(MmuNotifierSubscriptions mm, long start, long end);

        /// Whether the page may be young and is worth a folio lookup.
        public abstract boolean test(Cpu cpu, long vpn, boolean primaryYoung);

        /// The page is out of scope (another cgroup or node): its accessed bits stay as they are.
        public abstract void skip(Cpu cpu, long vpn);

        /// Consumes the secondary accessed bits of a page that [#test] let through; returns whether
        /// any was set. A batching design may clear later, at the latest in [#finish].
        public abstract boolean clear(Cpu cpu, long vpn);

        /// Ends the pass: what was promised to be cleared is cleared now.
        public abstract void finish(Cpu cpu);
    }
}
