package org.gleaner.mm.folio;

/// The packed state word of a folio: flags, LRU generation, owner, reference and mapping counts.
///
/// ```
/// bits  0..15  flags
/// bits 16..18  generation + 1; 0 = on no MGLRU list
/// bits 19..20  MGLRU refs field
/// bits 21..28  memory cgroup id
/// bits 29..47  reference count
/// bits 48..63  mapping count
/// ```
///
/// A count that gets beyond three quarters of its field is *stuck*, as the kernel's `refcount_t` is
/// (`REFCOUNT_SATURATED`): it is put back into the middle of the last quarter whenever it changes,
/// so it neither spills into its neighbour nor comes back to 0, and the folio is never freed. The
/// quarter is room for changes that several CPUs make before one of them puts it back. So a folio
/// has room for 393,215 references, or 383 pins of 1,024 (`GUP_PIN_COUNTING_BIAS`), and for 49,151
/// mappings.
///
/// One word, so that every transition is one atomic and a look at a folio is one load.
///
/// A large folio is as many aligned frames as a page table has entries ([PageSize]). Its first
/// frame's word is the folio's; those of the others say [#TAIL] and the cgroup, and nothing else.
public final class FolioLayout {
    public static final long LOCKED = 1 << 0;

    /// On an LRU list (`PG_lru`); clear while isolated or in the add batch.
    public static final long LRU = 1 << 1;

    public static final long ACTIVE = 1 << 2;
    public static final long REFERENCED = 1 << 3;
    public static final long WORKINGSET = 1 << 4;
    public static final long DIRTY = 1 << 5;
    public static final long WRITEBACK = 1 << 6;

    /// To be rotated to the tail when its writeback ends (`PG_reclaim`).
    public static final long AWAITED = 1 << 7;

    /// Read ahead of need and not used yet (`PG_readahead`): the same bit, which means one thing to
    /// reclaim and another to swap-in. A fault on a page under writeback thus counts as a
    /// read-ahead hit.
    public static final long READAHEAD = AWAITED;

    public static final long SWAPCACHE = 1 << 8;
    public static final long SWAPBACKED = 1 << 9;
    public static final long ANON = 1 << 10;
    public static final long UPTODATE = 1 << 11;
    public static final long UNEVICTABLE = 1 << 12;

    /// First frame of a large folio (`PG_head`).
    public static final long LARGE = 1 << 13;

    /// Marked by idle page tracking and not used since (`PG_idle`).
    public static final long IDLE = 1 << 14;

    /// Another frame of a large folio, see [Folios#folio].
    public static final long TAIL = 1 << 15;

    public static final int GEN_SHIFT = 16;
    public static final long GEN_MASK = 7L << GEN_SHIFT;
    public static final int REFS_SHIFT = 19;
    public static final long REFS_MASK = 3L << REFS_SHIFT;

    /// Everything that counts references (`LRU_REFS_FLAGS` and the refs field).
    public static final long REFS_FLAGS = REFERENCED | WORKINGSET | REFS_MASK;

    public static final int MEMCG_SHIFT = 21;
    public static final long MEMCG_MASK = 0xffL << MEMCG_SHIFT;

    /// Cgroups that a host can have.
    public static final int MEMCGS = 256;

    public static final int REF_SHIFT = 29;
    public static final long ONE_REF = 1L << REF_SHIFT;
    public static final long REF_MASK = 0x7_ffffL << REF_SHIFT;

    /// From this reference count on a folio is never freed.
    public static final int REF_STUCK = 0x6_0000;

    public static final int MAP_SHIFT = 48;
    public static final long ONE_MAP = 1L << MAP_SHIFT;
    public static final long MAP_MASK = 0xffffL << MAP_SHIFT;

    /// From this mapping count on a folio counts as mapped for good.
    public static final int MAP_STUCK = 0xc000;

    /// References of a pin of a small folio (`GUP_PIN_COUNTING_BIAS`).
    public static final int PIN_BIAS = 1024;

    /// Instead of a mapping count (`page_type`): the frame is a driver's. No folio of a process
    /// ever says so.
    public static final long DRIVER = MAP_MASK;

    /// Instead of a mapping count: the page of zeroes, which nobody marks or pins (`PG_reserved`).
    public static final long RESERVED = MAP_MASK - ONE_MAP;

    private FolioLayout() {}

    /// Whether nobody marks the page.
    public static boolean isReserved(long state) {
        return (state & MAP_MASK) == RESERVED;
    }

    public static int refcount(long state) {
        return (int) (state >>> REF_SHIFT) & 0x7_ffff;
    }

    public static int mapcount(long state) {
        return (int) (state >>> MAP_SHIFT);
    }

    /// Whether the frame belongs to a driver, who alone may free it.
    public static boolean isDriver(long state) {
        return (state & MAP_MASK) == DRIVER;
    }

    /// Whether it is a page of the hugetlb pool, free or in use: large, and neither anonymous nor
    /// backed by swap.
    public static boolean isHugetlb(long state) {
        return (state & (LARGE | UNEVICTABLE | ANON | SWAPBACKED)) == (LARGE | UNEVICTABLE);
    }

    public static int memcg(long state) {
        return (int) (state >>> MEMCG_SHIFT) & 0xff;
    }

    /// Slot of the generation the folio is labelled with, or -1 if it is on no MGLRU list.
    public static int gen(long state) {
        return ((int) (state >>> GEN_SHIFT) & 7) - 1;
    }

    /// 0 for anonymous and shmem memory, 1 for the page cache of files.
    public static int type(long state) {
        return (state & SWAPBACKED) != 0 ? 0 : 1;
    }
}
