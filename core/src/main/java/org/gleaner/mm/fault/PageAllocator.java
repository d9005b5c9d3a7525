package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.TaskState;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgCharge;
import org.gleaner.mm.memory.FrameContents;
import org.gleaner.mm.memory.MemoryNode;
import org.gleaner.mm.memory.Zone;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.jspecify.annotations.Nullable;

/// Allocates charged pages: the zone's fast path, the slow path that wakes kswapd, reclaims and
/// finally gives up, and the cgroup charge (`__alloc_pages`, `mem_cgroup_charge`). [FolioFree]
/// frees them.
public final class PageAllocator {
    /// [#allocateHuge]: no aligned frames are free, or too few at all.
    public static final int NO_BLOCK = -1;

    /// [#allocateHuge]: the cgroup's limit has no room.
    public static final int NO_CHARGE = -2;

    private static final int MAX_RECLAIM_RETRIES = 16;

    private final Folios folios;
    private final Zone zone;
    private final MemcgCharge charge;
    private final VmStat stat;
    private final GlobalReclaim reclaim;
    private final @Nullable FrameContents contents;

    /// What makes room when the whole host is short.
    public interface GlobalReclaim {
        /// Wakes the background reclaimer.
        void wakeKswapd(Cpu cpu);

        /// `try_to_free_pages`: reclaims as the caller, returns the pages freed.
        long tryToFree(Cpu cpu);

        /// Whether to try once more before somebody is killed: reclaim was misled by statistics
        /// that are fresh now, or other CPUs are reclaiming, which are given a moment.
        boolean deservesReprieve(Cpu cpu);

        /// Has somebody killed, or waits for one who was; returns whether to try again
        /// (`out_of_memory`).
        boolean outOfMemory(Cpu cpu);

        /// Whether the task at hand has been killed.
        boolean isDying(Cpu cpu);
    }

    public PageAllocator(
            Folios folios,
            MemoryNode node,
            MemcgCharge charge,
            VmStat stat,
            GlobalReclaim reclaim) {
        this.folios = folios;
        zone = node.zone();
        contents = node.contents();
        this.charge = charge;
        this.stat = stat;
        this.reclaim = reclaim;
    }

    /// Pages charged to a cgroup ahead of use.
    public long stocked(Memcg memcg) {
        return charge.stocked(memcg);
    }

    /// See [MemcgCharge#owes].
    boolean owes(Cpu cpu) {
        return charge.owes(cpu);
    }

    /// See [MemcgCharge#returnToUser].
    void returnToUser(Cpu cpu, Memcg memcg) {
        charge.returnToUser(cpu, memcg);
    }

    /// A page with one reference, swap-backed, owned by `memcg` and charged to it, with `flags`
    /// besides; or -1 if there is no memory, and the task at hand is the victim or nobody can be
    /// killed. May reclaim, and wait for another victim's end, so no spinning lock may be held.
    public int allocate(Cpu cpu, Memcg memcg, long flags) {
        int pfn = allocateFrame(cpu);
        if (pfn < 0) {
            return -1;
        }
        if (!charge.charge(cpu, memcg)) {
            zone.release(cpu, pfn);
            return -1;
        }
        memcg.lruvec().charged(cpu, 1);
        assert folios.peek(cpu, pfn) == 0 : "frame " + pfn + " was used while it was free";
        folios.init(cpu, pfn, SWAPBACKED | flags | (long) memcg.id() << MEMCG_SHIFT | ONE_REF);
        return pfn;
    }

    /// As [#allocate], a large folio; but nobody reclaims, compacts or kills for it. [#NO_BLOCK] or
    /// [#NO_CHARGE] say what it failed for.
    public int allocateHuge(Cpu cpu, Memcg memcg, long flags) {
        int first = zone.allocateBlock(cpu, zone.watermarks().low());
        if (first < 0) {
            return NO_BLOCK;
        }
        if (!charge.chargeIfRoom(cpu, memcg, folios.hugePages)) {
            zone.releaseBlock(cpu, first);
            return NO_CHARGE;
        }
        memcg.lruvec().charged(cpu, 1);
        long owner = (long) memcg.id() << MEMCG_SHIFT;
        folios.clearPins(first);
        folios.init(cpu, first, SWAPBACKED | LARGE | flags | owner | ONE_REF);
        for (int i = 1; i < folios.hugePages; i++) {
            folios.init(cpu, first + i, TAIL | owner);
        }
        return first;
    }

    private int allocateFrame(Cpu cpu) {
        int pfn = zone.allocate(cpu, zone.watermarks().low());
        return pfn >= 0 ? pfn : allocateSlow(cpu);
    }

    private int allocateSlow(Cpu cpu) {
        cpu.enter(KernelFunction.ALLOC_PAGES);
        long min = zone.watermarks().min();
        int retries = MAX_RECLAIM_RETRIES;
        int reprieves = 0;
        int pfn;
        for (; ; ) {
            reclaim.wakeKswapd(cpu);
            pfn = zone.allocate(cpu, min);
            if (pfn >= 0 || reclaim.isDying(cpu)) {
                break;
            }
            stat.inc(cpu, VmEvent.ALLOCSTALL);
            boolean stalled = TaskState.beginStall(cpu);
            long freed = reclaim.tryToFree(cpu);
            TaskState.endStall(cpu, stalled);
            zone.drainLocal(cpu);
            pfn = zone.allocate(cpu, min);
            if (pfn >= 0) {
                break;
            }
            if (freed == 0 && --retries < 0) {
                if (++reprieves <= MAX_RECLAIM_RETRIES && reclaim.deservesReprieve(cpu)) {
                    retries = 0;
                    continue;
                }
                if (!reclaim.outOfMemory(cpu)) {
                    break;
                }
                retries = MAX_RECLAIM_RETRIES;
                reprieves = 0;
            }
        }
        cpu.exit();
        return pfn;
    }

    /// Zeroes `pages` pages that a process will see for the first time.
    public void zero(Cpu cpu, int pfn, int pages) {
        cpu.charge(Cost.ZERO_PAGE, (long) pages * folios.page.units());
        if (contents != null) {
            contents.zero(cpu, pfn, pages);
        }
    }

    /// Copies a page into another that a process will see for the first time. Costs what zeroing
    /// two costs, for it moves twice the bytes.
    public void copy(Cpu cpu, int from, int to) {
        cpu.charge(Cost.ZERO_PAGE, 2L * folios.page.units());
        if (contents != null) {
            contents.copy(cpu, from, to);
        }
    }

    /// Whether two pages hold the same; pages without contents do. Costs what zeroing two costs.
    boolean isSame(Cpu cpu, int one, int other) {
        cpu.charge(Cost.ZERO_PAGE, 2L * folios.page.units());
        return contents == null || contents.isSame(cpu, one, other);
    }
}
