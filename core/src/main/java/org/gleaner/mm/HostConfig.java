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
import org.jspecify.annotations.Nullable;

/// What a host is made of. Each part refuses a number that there is no room for, with
/// [Capacity.Exceeded].
///
/// @param kernel whose rules the host follows
/// @param paging how its processor translates, and the size of its pages
/// @param seed of everything left to chance
public record HostConfig(
        KernelVersion kernel,
        HostPaging paging,
        Memory memory,
        Swap swap,
        Reclaimer reclaimer,
        Room room,
        long seed) {

    /// Physical memory.
    ///
    /// @param frames its size in pages
    /// @param zramFrames of them, what zram has from the beginning; see
    ///     [org.gleaner.mm.swap.ZramMemory]
    /// @param watermarks when background and direct reclaim start
    /// @param pcpBatch pages moved at once between a per-CPU list and the zone
    /// @param thp which anonymous memory gets large folios
    public record Memory(int frames, int zramFrames, Watermarks watermarks, int pcpBatch, Thp thp) {
        public Memory {
            Capacity.check("page frames", frames, 1, Folios.MOST_FRAMES);
            Capacity.check("pages of a per-CPU batch", pcpBatch, 1, Zone.MOST_BATCH);
        }

        /// Memory in small pages, of which zram has none.
        public static Memory of(int frames, Watermarks watermarks, int pcpBatch) {
            return new Memory(frames, 0, watermarks, pcpBatch, Thp.NEVER);
        }

        public Memory withThp(Thp other) {
            return new Memory(frames, zramFrames, watermarks, pcpBatch, other);
        }
    }

    /// Transparent huge pages (`/sys/kernel/mm/transparent_hugepage/enabled`). Nobody waits for
    /// one, as with `defrag` set to `madvise` in a process that gives no advice, and nothing
    /// collapses pages into one later by itself.
    public enum Thp {
        NEVER,

        /// Only where [org.gleaner.mm.fault.Collapse] is asked for one (`MADV_COLLAPSE`).
        MADVISE,

        ALWAYS
    }

    /// Where pages go that do not fit.
    ///
    /// @param disk what it is in virtual time: a disk of this timing, or zram if null. Real memory
    ///     always swaps to a file
    /// @param slots size in pages
    /// @param pageCluster logarithm of the most pages that one swap-in reads
    public record Swap(@Nullable DiskTiming disk, int slots, int pageCluster) {
        private static final int MOST_PAGE_CLUSTER = 9;

        public Swap {
            Capacity.check("swap slots", slots, 0, SwapArea.MOST_SLOTS);
            Capacity.check("page-cluster", pageCluster, 0, MOST_PAGE_CLUSTER);
        }

        /// A zram, from which pages come one at a time.
        public static Swap zram(int slots) {
            return new Swap(null, slots, 0);
        }
    }

    /// Who takes pages back, and how it learns of accesses.
    ///
    /// @param lruGen MGLRU's switches; without the core bit the classic lists are used
    /// @param aging how reclaim asks secondary MMUs
    /// @param swappiness 0 to 200
    /// @param kswapd whether there is background reclaim
    /// @param preemption what takes the CPU of who reclaims
    public record Reclaimer(
            LruGenCaps lruGen,
            SecondaryAging aging,
            int swappiness,
            boolean kswapd,
            Preemption preemption) {
        private static final int DEFAULT_SWAPPINESS = 60;
        private static final int MOST_SWAPPINESS = 200;

        public Reclaimer {
            Capacity.check("swappiness", swappiness, 0, MOST_SWAPPINESS);
        }

        /// Reclaim by whoever needs memory, with the swappiness that kernels start with, which
        /// nobody interrupts.
        public static Reclaimer direct(LruGenCaps lruGen, SecondaryAging aging) {
            return new Reclaimer(lruGen, aging, DEFAULT_SWAPPINESS, false, Preemption.NONE);
        }

        /// The same, and in the background.
        public Reclaimer withKswapd() {
            return new Reclaimer(lruGen, aging, swappiness, true, preemption);
        }
    }

    /// How many there may ever be of what comes and goes.
    ///
    /// @param tables page tables of all address spaces
    /// @param memcgs cgroups, the root included
    /// @param cpus CPUs, daemons included
    public record Room(int tables, int memcgs, int cpus) {
        public Room {
            Capacity.check("page-table pages", tables, 1, TableSlab.MOST_TABLES);
            Capacity.check("cgroups, the root included", memcgs, 1, FolioLayout.MEMCGS);
            Capacity.check("CPUs, daemons included", cpus, 1, Engine.MOST_CPUS);
        }
    }
}
