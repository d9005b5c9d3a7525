package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;

/// A memfd: shared memory with a page cache of its own. An evicted page's swap slot is kept here, and the
/// page tables that showed it become empty.
///
/// A cache entry is 0, or `pfn << 2 | 1`, or `slot << 2 | 2`. It changes by compare-and-swap, for the
/// holder of the folio lock where a folio is involved.
public final class Memfd extends RmapObject {
    private static final long FOLIO = 1;
    private static final long SWAP = 2;

    private final long[] cache;

    Memfd(int id, int pages) {
        super(id);
        cache = new long[pages];
    }

    /// Size in pages.
    public int pages() {
        return cache.length;
    }

    public long entry(Cpu cpu, long index) {
        return cpu.load(cache, (int) index);
    }

    /// As [#entry], for checks: no step.
    public long peek(Cpu cpu, long index) {
        return cpu.peek(cache, (int) index);
    }

    public boolean replace(Cpu cpu, long index, long expect, long update) {
        return cpu.cas(cache, (int) index, expect, update);
    }

    public static boolean isFolio(long entry) {
        return (entry & FOLIO) != 0;
    }

    public static boolean isSwap(long entry) {
        return (entry & SWAP) != 0;
    }

    public static int pfn(long entry) {
        return (int) (entry >>> 2);
    }

    public static int slot(long entry) {
        return (int) (entry >>> 2);
    }

    public static long folio(int pfn) {
        return (long) pfn << 2 | FOLIO;
    }

    public static long swap(int slot) {
        return (long) slot << 2 | SWAP;
    }
}
