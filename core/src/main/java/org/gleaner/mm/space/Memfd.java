package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;

/// A memfd: shared memory with a page cache of its own. An evicted page's swap slot is kept here,
/// and the page tables that showed it become empty.
///
/// A cache entry is 0, or `pfn << 2 | 1`, or `slot << 2 | 2`. It changes by compare-and-swap, for
/// the holder of the folio lock where a folio is involved.
public final class Memfd extends SharedFile {
    /// What is special about its pages. Whatever else such a file does is a memfd's: no file system
    /// is below it.
    public enum Kind {
        /// Nothing.
        SHARED_MEMORY,

        /// It is told of the first write to each page that is clean, as a file of a file system
        /// that has to find room for it (`page_mkwrite`). Pages are mapped read-only until then.
        NOTIFIED,

        /// Nobody but its processes gets at its pages, which stay in memory (`memfd_secret`).
        SECRET,

        /// Its pages are those of a device with memory of its own: counted as others are, and on no
        /// list (`ZONE_DEVICE`, `fsdax`).
        DEVICE_PAGES
    }

    private static final long FOLIO = 1;
    private static final long SWAP = 2;

    /// Children of a node of the index, as a power of two.
    private static final int NODE_SHIFT = 6;

    private final long[] cache;

    /// By node, the level above the entries first: once it is there, the id of the cgroup that pays
    /// for it, plus 1.
    private final long[] nodes;

    /// Where the nodes of each level begin in [#nodes].
    private final int[] levels;

    /// How many levels the index has, plus 1; 0 while nothing is in it.
    private final long[] height = new long[1];

    /// Calls of `page_mkwrite`.
    private final long[] writeNotices = new long[1];

    private final Kind kind;

    Memfd(RmapObjects all, int pages, Kind kind) {
        super(all);
        this.kind = kind;
        cache = new long[pages];
        levels = new int[levels(pages - 1)];
        int count = 0;
        int width = pages;
        for (int level = 0; level < levels.length; level++) {
            levels[level] = count;
            width = nodesAbove(width);
            count += width;
        }
        nodes = new long[count];
    }

    /// Size in pages.
    public int pages() {
        return cache.length;
    }

    public Kind kind() {
        return kind;
    }

    /// Whether its pages are on the lists that reclaim scans.
    public boolean isReclaimed() {
        return kind == Kind.SHARED_MEMORY || kind == Kind.NOTIFIED;
    }

    /// Whether it is to be told of the first write to each of its pages that is clean.
    public boolean notifiesWrites() {
        return kind == Kind.NOTIFIED;
    }

    /// It was told.
    public void countWriteNotice(Cpu cpu) {
        cpu.fetchAdd(writeNotices, 0, 1);
    }

    /// How often it was.
    public long writeNotices(Cpu cpu) {
        return cpu.load(writeNotices, 0);
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

    private static int nodesAbove(int width) {
        return width + (1 << NODE_SHIFT) - 1 >> NODE_SHIFT;
    }

    /// Levels of nodes that an entry needs: none for the first of all, one more for each 64 times
    /// as many entries.
    private static int levels(int index) {
        return Math.ceilDiv(Integer.SIZE - Integer.numberOfLeadingZeros(index), NODE_SHIFT);
    }

    /// Makes room in the index for an entry, for a cgroup that pays for it. Returns how many nodes
    /// are new; none is given back while the memfd lives, for an evicted page leaves its slot in
    /// its place.
    public int growIndex(Cpu cpu, long index, int memcg) {
        int at = (int) index;
        if (levels.length > 0 && cpu.load(nodes, at >> NODE_SHIFT) != 0) {
            return 0;
        }
        int grown = raise(cpu, levels(at), memcg);
        int tall = (int) cpu.load(height, 0) - 1;
        for (int level = 0; level < tall; level++) {
            at >>= NODE_SHIFT;
            if (!claim(cpu, levels[level] + at, memcg)) {
                break;
            }
            grown++;
        }
        return grown;
    }

    /// Puts levels on top until there are as many as an entry needs. What was there hangs at the
    /// left of each. Returns how many nodes that took.
    private int raise(Cpu cpu, int needed, int memcg) {
        int grown = 0;
        for (; ; ) {
            int had = (int) cpu.load(height, 0);
            if (had > needed) {
                return grown;
            }
            int raised = had == 0 ? needed + 1 : had + 1;
            if (cpu.cas(height, 0, had, raised) && had > 0 && claim(cpu, levels[had - 1], memcg)) {
                grown++;
            }
        }
    }

    private boolean claim(Cpu cpu, int node, int memcg) {
        return cpu.load(nodes, node) == 0 && cpu.cas(nodes, node, 0, 1 + memcg);
    }

    /// Nodes that an index of this memfd can have.
    public int nodes() {
        return nodes.length;
    }

    /// Takes node `i` of the index away. Returns the cgroup that paid for it, or -1 if it was not
    /// there.
    public int dropNode(Cpu cpu, int i) {
        return (int) cpu.swap(nodes, i, 0) - 1;
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
