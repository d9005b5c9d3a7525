package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// Two calls per 64 pages: one tests the whole window, one clears what reclaim wants cleared
/// (`test_spte_young`, `clear_spte_young`, `skip_spte_young` of v2 and v3).
///
/// A window opens at the first page asked about and ends 64 pages on, or at the end of the pass.
/// Two masks describe it, in the order of the notifier's bitmaps (last page is bit 0):
///
/// - `young`: what the test call found;
/// - `consumed`: young pages that reclaim claimed by [#clear]. Only these go into the predicate of
///   the clear call, so a page of another cgroup keeps its accessed bit, whether it was skipped or
///   never looked up.
///
/// The clear call covers only the span from the first to the last consumed page. Offsets are
/// relative to the end of the range that is passed, so the mask is shifted by as much as the end
/// moves. The historical code forgot the shift and then cleared by the wrong bits whenever the last
/// page of the window was not consumed; `unshifted` brings that back.
@OneCpu
abstract class BatchedWindow extends SecondaryAging.Window {
    /// `MIN_LRU_BATCH`.
    static final int PAGES = 64;

    /// What the calls of a design take and fill: one word, reused.
    final long[] bitmap = new long[1];

    private final boolean unshifted;
    private MmuNotifierSubscriptions mm = new MmuNotifierSubscriptions();
    private long end;

    /// First page beyond the open window; no window is open if no page can be below it.
    private long limit;

    private long young;
    private long consumed;
    private long skipped;

    BatchedWindow() {
        this(false);
    }

    BatchedWindow(boolean unshifted) {
        this.unshifted = unshifted;
    }

    /// Tests `[start, end)` and returns the mask of young pages.
    abstract long test(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end);

    /// Clears the accessed bits of the pages in `predicate`.
    abstract void clear(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end, long predicate);

    @Override
    public final void begin(MmuNotifierSubscriptions mm, long start, long end) {
        this.mm = mm;
        this.end = end;
        limit = Long.MIN_VALUE;
        young = 0;
        consumed = 0;
        skipped = 0;
    }

    @Override
    public final boolean test(Cpu cpu, long vpn, boolean primaryYoung) {
        if (mm.isEmpty()) {
            return primaryYoung;
        }
        if (vpn >= limit) {
            flush(cpu);
            limit = Math.min(vpn + PAGES, end);
            young = test(cpu, mm, vpn, limit);
        }
        return primaryYoung || (young & bit(vpn)) != 0;
    }

    @Override
    public final void skip(Cpu cpu, long vpn) {
        skipped |= vpn < limit ? bit(vpn) : 0;
        closeAfter(cpu, vpn);
    }

    @Override
    public final boolean clear(Cpu cpu, long vpn) {
        if (vpn >= limit) {
            return false;
        }
        long mine = young & bit(vpn);
        consumed |= mine;
        closeAfter(cpu, vpn);
        return mine != 0;
    }

    @Override
    public final void finish(Cpu cpu) {
        flush(cpu);
    }

    private long bit(long vpn) {
        return 1L << (limit - 1 - vpn);
    }

    private void closeAfter(Cpu cpu, long vpn) {
        if (vpn == limit - 1) {
            flush(cpu);
        }
    }

    private void flush(Cpu cpu) {
        if (consumed != 0) {
            assert (consumed & skipped) == 0
                    : "I18: an out-of-scope page would lose its accessed bit";
            int low = Long.numberOfTrailingZeros(consumed);
            int high = 63 - Long.numberOfLeadingZeros(consumed);
            long predicate = unshifted ? consumed : consumed >>> low;
            assert high - low == 63 || predicate >>> (high - low + 1) == 0
                    : "I19: the predicate has bits beyond its range";
            clear(cpu, mm, limit - 1 - high, limit - low, predicate);
            consumed = 0;
        }
        skipped = 0;
        young = 0;
    }
}
