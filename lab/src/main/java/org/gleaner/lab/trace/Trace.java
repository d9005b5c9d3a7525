package org.gleaner.lab.trace;

/// A recorded stream of page accesses in memory, ready to be replayed.
///
/// An access is one `int`: the page in bits 0-30, and bit 31 set for a write. Pages keep the order
/// and the neighbours that they have in the file, because look-around and huge pages depend on
/// them. Where the file's page numbers fit 24 bits they are kept as they are; otherwise the aligned
/// 2 MiB blocks (512 pages) that occur are numbered anew in their order, and each page keeps its
/// place in its block.
public final class Trace {

    private static final int WRITE = 1 << 31;

    private final String name;
    private final int[] accesses;
    private final int distinctPages;
    private final int regionPages;
    private final int writes;

    Trace(String name, int[] accesses, int distinctPages, int regionPages, int writes) {
        this.name = name;
        this.accesses = accesses;
        this.distinctPages = distinctPages;
        this.regionPages = regionPages;
        this.writes = writes;
    }

    /// The file's name without directory and suffixes.
    public String name() {
        return name;
    }

    /// The accesses in order. The array is the trace's own, so that replaying copies nothing: do
    /// not change it.
    public int[] accesses() {
        return accesses;
    }

    /// Pages touched at least once: the footprint that `50%` is taken of.
    public int distinctPages() {
        return distinctPages;
    }

    /// Pages from 0 to the highest one touched: the region to map. At least [#distinctPages].
    public int regionPages() {
        return regionPages;
    }

    /// Accesses that write.
    public int writes() {
        return writes;
    }

    /// The page that an access touches, 0 to [#regionPages] - 1.
    public static int page(int access) {
        return access & ~WRITE;
    }

    /// Whether an access writes.
    public static boolean isWrite(int access) {
        return access < 0;
    }

    @Override
    public String toString() {
        return name + " (" + accesses.length + " accesses, " + distinctPages + " pages)";
    }
}
