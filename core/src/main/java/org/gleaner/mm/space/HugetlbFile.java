package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.memory.HugetlbPool;

/// A file of huge pages from the hugetlb pool (`hugetlbfs`, `MFD_HUGETLB`). Private hugetlb
/// memory of one process is such a file that nobody else maps: a copy on write is not modelled.
///
/// Mappings begin and end at huge pages, and only huge leaves show them. Where the file reserves,
/// a mapping is promised every page that is not there yet, or it is refused; a promise is kept when
/// the page is first used, and stays with the file when the mapping goes.
///
/// By huge page, a cache entry is 0, or a promise, or `pfn << 3 | 1`, which refers to the page and
/// may say that its memory is broken. It changes by compare-and-swap: promises under the object's
/// lock, the first use under the fault mutex of the page, the rest under the folio lock.
public final class HugetlbFile extends SharedFile {
    private static final long THERE = 1, BROKEN = 2, PROMISED = 4;
    private static final int PFN_SHIFT = 3;

    private final HugetlbPool pool;
    private final boolean reserves;

    /// Base pages of a huge one.
    private final int smallPages;

    private final long[] cache;

    HugetlbFile(RmapObjects all, HugetlbPool pool, int hugePages, boolean reserves) {
        super(all);
        this.pool = pool;
        smallPages = pool.page().hugePages();
        this.reserves = reserves;
        cache = new long[hugePages];
    }

    /// Size in huge pages.
    public int hugePages() {
        return cache.length;
    }

    /// @throws IllegalArgumentException if it does not begin and end at huge pages
    @Override
    void checkPlace(long start, long pages, long offset) {
        if (((start | pages | offset) & smallPages - 1) != 0) {
            throw new IllegalArgumentException(
                    "-EINVAL: a hugetlb mapping begins and ends at huge pages");
        }
    }

    @Override
    boolean mappable(Cpu cpu, Vma vma) {
        return super.mappable(cpu, vma) && (!reserves || promise(cpu, vma));
    }

    @Override
    String refusal() {
        return "a hugetlb file that is closed, or for which the pool has too few pages (-ENOMEM)";
    }

    private boolean promise(Cpu cpu, Vma vma) {
        long first = vma.offset() / smallPages;
        long end = Math.min(cache.length, vma.index(vma.end()) / smallPages);
        int missing = 0;
        for (long i = first; i < end; i++) {
            missing += entry(cpu, i) == 0 ? 1 : 0;
        }
        if (!pool.reserve(cpu, missing)) {
            return false;
        }
        for (long i = first; i < end; i++) {
            replace(cpu, i, 0, PROMISED);
        }
        return true;
    }

    /// What there is of a huge page of the file.
    public long entry(Cpu cpu, long hugeIndex) {
        return cpu.load(cache, (int) hugeIndex);
    }

    /// As [#entry], for checks: no step.
    public long peek(Cpu cpu, long hugeIndex) {
        return cpu.peek(cache, (int) hugeIndex);
    }

    private boolean replace(Cpu cpu, long hugeIndex, long expect, long update) {
        return cpu.cas(cache, (int) hugeIndex, expect, update);
    }

    /// A page that is not there yet, with one reference, which becomes the file's when it is
    /// [#filled]; -1 if the pool has none. The fault mutex of the page is held.
    public int take(Cpu cpu, long hugeIndex) {
        return pool.take(cpu, entry(cpu, hugeIndex) == PROMISED);
    }

    /// The page is there from now on.
    public void filled(Cpu cpu, long hugeIndex, int pfn) {
        cpu.store(cache, (int) hugeIndex, (long) pfn << PFN_SHIFT | THERE);
    }

    /// Takes note that the memory of a page is broken; false if the file has it no more. The folio
    /// lock is held.
    public boolean setBroken(Cpu cpu, long hugeIndex, int pfn) {
        long entry = (long) pfn << PFN_SHIFT | THERE;
        return replace(cpu, hugeIndex, entry, entry | BROKEN);
    }

    /// Empties a place of a file that nobody maps or has open. Returns what was there; a page's
    /// reference is the caller's then, a promise is given up.
    public long drop(Cpu cpu, long hugeIndex) {
        long old = cpu.swap(cache, (int) hugeIndex, 0);
        if (old == PROMISED) {
            pool.unreserve(cpu, 1);
        }
        return old;
    }

    public static boolean isThere(long entry) {
        return (entry & THERE) != 0;
    }

    public static boolean isBroken(long entry) {
        return (entry & BROKEN) != 0;
    }

    public static int pfn(long entry) {
        return (int) (entry >>> PFN_SHIFT);
    }
}
