package org.gleaner.lab.execute.replay;

import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.mm.folio.PageSize;

/// Pages that a real guest's second-stage tables take from its cgroup while a trace is replayed in
/// it.
///
/// The guest of a comparison run has its memory mapped before it enters the cgroup, but not the
/// trace, which lies in its memory too: of four bytes an access, and one more page of table for
/// every huge page of it. A vCPU takes tables from a cache of its own, which is filled up to 40
/// pages whenever fewer than 5 are left (`mmu_topup_memory_caches`). So the cgroup pays for nothing
/// for a long time, and then for 36 pages at once.
///
/// With huge pages it is the other way round: the trace is mapped before, and what the memory needs
/// comes with its faults, out of what is left in the cache.
public final class GuestTables {
    private static final int CACHE = TableCache.PAGES;
    private static final int LEAST = TableCache.LEAST;

    /// Root, three levels below it for the guest's program, and one for each gigabyte of memory and
    /// trace.
    private static final int UPPER_TABLES = 6;

    /// Of these, the one for the gigabyte of memory.
    private static final int MEMORY_UPPER = 1;

    /// Bytes of an access in the trace.
    private static final int ACCESS = 4;

    /// Accesses that one page of table maps.
    private final long accesses;

    private int cached = CACHE;
    private long mapped;

    /// A guest whose `memoryTables` lowest tables are there, and that has read the first page of
    /// its trace.
    public GuestTables(int memoryTables, PageSize page) {
        accesses = (long) page.hugePages() * page.bytes() / ACCESS;
        for (int i = 0; i < UPPER_TABLES + memoryTables; i++) {
            take();
        }
        topUp(0);
    }

    /// Pages laid by when a guest that has seen all of its trace, and none of its memory, enters
    /// the cgroup. The root of the memory's tables and the one below it are there.
    static int laidBy(long accesses, PageSize page) {
        GuestTables guest = new GuestTables(-MEMORY_UPPER, page);
        guest.topUp(accesses - 1);
        return guest.cached;
    }

    /// All that a cgroup pays until the guest has made so many accesses.
    static int paid(int memoryTables, long accesses, PageSize page) {
        return new GuestTables(memoryTables, page).topUp(accesses);
    }

    /// The guest gets to access `at` of its trace. Returns the pages that its cgroup pays for now.
    public int topUp(long at) {
        int paid = 0;
        while (mapped <= at) {
            mapped += accesses;
            paid += take();
        }
        return paid;
    }

    private int take() {
        cached--;
        int paid = cached < LEAST ? CACHE - cached : 0;
        cached += paid;
        return paid;
    }
}
