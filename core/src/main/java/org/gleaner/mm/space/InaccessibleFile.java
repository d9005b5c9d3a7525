package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;
import org.jspecify.annotations.Nullable;

/// A file whose pages no process can map or read (`AS_INACCESSIBLE`): only who owns it uses them,
/// by its own page tables.
///
/// Its pages stay where they are until they are cut out of it. By page, a cache entry is 0 or
/// `pfn << 2 | 1`, which refers to the page and may say that its memory is broken. An empty one is
/// filled by compare-and-swap; what is there changes under the folio lock.
public final class InaccessibleFile extends SharedFile {
    /// Who uses its pages.
    public interface Owner {
        /// The memory of page `index` is broken: nothing may map it any more when this returns
        /// (`error_remove_folio`). No lock is held.
        void broken(Cpu cpu, long index);
    }

    private static final long THERE = 1, BROKEN = 2;
    private static final int PFN_SHIFT = 2;

    private final long[] cache;
    private volatile @Nullable Owner owner;

    InaccessibleFile(RmapObjects all, int pages) {
        super(all);
        cache = new long[pages];
    }

    /// Whose it is from now on.
    public void setOwner(Owner one) {
        owner = one;
    }

    @Override
    boolean mappable(Cpu cpu, Vma vma) {
        return false;
    }

    @Override
    String refusal() {
        return "a file that no process can map";
    }

    /// Size in pages.
    public int pages() {
        return cache.length;
    }

    /// What there is of a page of the file.
    public long entry(Cpu cpu, long index) {
        return cpu.load(cache, (int) index);
    }

    /// As [#entry], for checks: no step.
    public long peek(Cpu cpu, long index) {
        return cpu.peek(cache, (int) index);
    }

    /// Fills an empty place; false if another was faster.
    public boolean add(Cpu cpu, long index, int pfn) {
        return cpu.cas(cache, (int) index, 0, (long) pfn << PFN_SHIFT | THERE);
    }

    /// Takes note that the memory of a page is broken; false if that is known, or the file has the
    /// page no more. The folio lock is held.
    public boolean setBroken(Cpu cpu, long index, int pfn) {
        long entry = (long) pfn << PFN_SHIFT | THERE;
        return cpu.cas(cache, (int) index, entry, entry | BROKEN);
    }

    /// Tells the owner of what [#setBroken] has noted.
    public void tellBroken(Cpu cpu, long index) {
        Owner one = owner;
        if (one != null) {
            one.broken(cpu, index);
        }
    }

    /// Empties a place whose folio lock is held; the file's reference is the caller's then.
    public void drop(Cpu cpu, long index) {
        cpu.store(cache, (int) index, 0);
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
