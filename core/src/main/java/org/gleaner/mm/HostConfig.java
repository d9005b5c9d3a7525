package org.gleaner.mm;

import org.gleaner.machine.Capacity;
import org.gleaner.machine.Engine;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.memory.Zone;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.reclaim.Preemption;
import org.gleaner.mm.swap.DiskTiming;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.mm.version.KernelVersion;
import org.gleaner.pagetable.TableSlab;

/// What a host is made of.
///
/// @param paging how its processor translates, and the size of its pages
/// @param frames physical memory in pages
/// @param zramFrames of them, what zram has from the beginning; see
///     [org.gleaner.mm.swap.ZramMemory]
/// @param watermarks when background and direct reclaim start
/// @param pcpBatch pages moved at once between a per-CPU list and the zone
/// @param kswapd whether there is background reclaim
/// @param swap kind of swap device in virtual time; real memory always swaps to a file
/// @param disk timing of a disk; ignored for zram
/// @param swapSlots size of swap in pages
/// @param pageCluster logarithm of the most pages that one swap-in reads
/// @param swappiness 0 to 200
/// @param preemption what takes the CPU of who reclaims
/// @param seed of everything left to chance
/// @param thp which anonymous memory gets large folios
/// @param kernel whose rules the host follows
/// @param lruGen MGLRU's switches; without the core bit the classic lists are used
/// @param aging how reclaim asks secondary MMUs
/// @param maxTables page tables that all address spaces may use
/// @param maxMemcgs cgroups, the root included
/// @param maxCpus CPUs, daemons included, that may ever run on this host
public record HostConfig(
        HostPaging paging,
        int frames,
        int zramFrames,
        Watermarks watermarks,
        int pcpBatch,
        boolean kswapd,
        Swap swap,
        DiskTiming disk,
        int swapSlots,
        int pageCluster,
        int swappiness,
        Preemption preemption,
        long seed,
        Thp thp,
        KernelVersion kernel,
        LruGenCaps lruGen,
        SecondaryAging aging,
        int maxTables,
        int maxMemcgs,
        int maxCpus) {
    /// @throws Capacity.Exceeded if a number is more than there is room for
    public HostConfig {
        Capacity.check("page frames", frames, 1, Folios.MOST_FRAMES);
        Capacity.check("swap slots", swapSlots, 0, SwapArea.MOST_SLOTS);
        Capacity.check("page-table pages", maxTables, 1, TableSlab.MOST_TABLES);
        Capacity.check("cgroups, the root included", maxMemcgs, 1, FolioLayout.MEMCGS);
        Capacity.check("CPUs, daemons included", maxCpus, 1, Engine.MOST_CPUS);
        Capacity.check("pages of a per-CPU batch", pcpBatch, 1, Zone.MOST_BATCH);
        Capacity.check("page-cluster", pageCluster, 0, MOST_PAGE_CLUSTER);
        Capacity.check("swappiness", swappiness, 0, MOST_SWAPPINESS);
    }

    private static final int MOST_PAGE_CLUSTER = 9;
    private static final int MOST_SWAPPINESS = 200;

    /// Transparent huge pages (`/sys/kernel/mm/transparent_hugepage/enabled`). Nobody waits for
    /// one, as with `defrag` set to `madvise` in a process that gives no advice, and nothing
    /// collapses pages into one later by itself.
    public enum Thp {
        NEVER,

        /// Only where [org.gleaner.mm.fault.Collapse] is asked for one (`MADV_COLLAPSE`).
        MADVISE,

        ALWAYS
    }

    /// Kinds of swap device.
    public enum Swap {
        ZRAM,
        DISK
    }
}
