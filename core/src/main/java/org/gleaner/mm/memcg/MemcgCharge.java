package org.gleaner.mm.memcg;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.jspecify.annotations.Nullable;

/// The charge path (`try_charge_memcg`): stock, then the counter, then reclaim, then the killer.
///
/// A CPU's stock holds pages charged ahead for one cgroup, so that most charges touch nothing shared. Freed
/// pages go back to the counter at once, never to a stock.
public final class MemcgCharge {
    /// Pages charged ahead at once.
    private static final int BATCH = 64;

    private static final int MAX_RECLAIM_RETRIES = 16;

    /// The least that reclaim is asked for (`SWAP_CLUSTER_MAX`).
    private static final int RECLAIM_GOAL = 32;

    /// How long to wait for another CPU that reclaims.
    private static final long JIFFY_NANOS = 4_000_000;

    private final LimitReclaim reclaim;
    private final @Nullable Memcg[] stocked;
    private final int[] stock;

    /// What makes room under a limit.
    @FunctionalInterface
    public interface LimitReclaim {
        /// `try_to_free_mem_cgroup_pages`: returns the pages freed.
        long tryToFree(Cpu cpu, Memcg memcg, long goal);

        /// If pages are being written, gives that a moment and returns true.
        default boolean waitForWriteback(Cpu cpu) {
            return false;
        }
    }

    public MemcgCharge(LimitReclaim reclaim, int maxCpus) {
        this.reclaim = reclaim;
        stocked = new @Nullable Memcg[maxCpus];
        stock = new int[maxCpus];
    }

    /// Charges one page; false if the limit is hit, nothing can be reclaimed and the killer has acted.
    public boolean charge(Cpu cpu, Memcg memcg) {
        if (memcg.id() == Memcg.ROOT) {
            return true;
        }
        cpu.charge(Cost.MEMCG_CHARGE);
        if (consumeStock(cpu, memcg)) {
            return true;
        }
        if (tryCount(cpu, memcg, BATCH)) {
            refillStock(cpu, memcg, BATCH - 1);
            return true;
        }
        return tryCount(cpu, memcg, 1) || chargeSlow(cpu, memcg);
    }

    /// Charges many pages at once, if the limit has room for them now: nothing is reclaimed for them, and no
    /// stock is touched.
    public boolean chargeIfRoom(Cpu cpu, Memcg memcg, int pages) {
        if (memcg.id() == Memcg.ROOT) {
            return true;
        }
        cpu.charge(Cost.MEMCG_CHARGE);
        return tryCount(cpu, memcg, pages);
    }

    private boolean chargeSlow(Cpu cpu, Memcg memcg) {
        cpu.enter(KernelFunction.TRY_CHARGE);
        boolean drained = false;
        int retries = MAX_RECLAIM_RETRIES;
        int reprieves = 0;
        boolean charged = false;
        while (!charged) {
            cpu.fetchAdd(memcg.maxEvents(), 1);
            long reclaimed = reclaim.tryToFree(cpu, memcg, RECLAIM_GOAL);
            if (memcg.usage().snapshot() < memcg.max()) {
                charged = tryCount(cpu, memcg, 1);
                if (charged) {
                    break;
                }
            }
            if (!drained) {
                drainStock(cpu, memcg);
                drained = true;
                charged = tryCount(cpu, memcg, 1);
            } else if (reclaimed == 0 && --retries < 0) {
                if (++reprieves <= MAX_RECLAIM_RETRIES && deservesReprieve(cpu, memcg)) {
                    retries = 0;
                    continue;
                }
                cpu.fetchAdd(memcg.oomKills(), 1);
                break;
            } else {
                charged = tryCount(cpu, memcg, 1);
            }
        }
        cpu.exit();
        return charged;
    }

    /// Whether to try once more before somebody is killed: reclaim was misled by numbers up to two seconds old, or
    /// all it could find is being written, perhaps held back by our own plug, or another CPU has its hands on all there is, for which we wait. A real kernel is slow enough at its
    /// retries not to kill for either.
    private boolean deservesReprieve(Cpu cpu, Memcg memcg) {
        if (memcg.lruvec().flushStatsIfMisleading()) {
            return true;
        }
        if (reclaim.waitForWriteback(cpu)) {
            return true;
        }
        boolean others = memcg.lruvec().isBeingReclaimed(cpu);
        if (others) {
            cpu.sleep(JIFFY_NANOS);
        }
        return others;
    }

    /// Pages of a cgroup charged ahead, on all CPUs; exact when they are at rest.
    public long stocked(Memcg memcg) {
        long sum = 0;
        for (int i = 0; i < stock.length; i++) {
            sum += stocked[i] == memcg ? stock[i] : 0;
        }
        return sum;
    }

    /// Gives back the pages of a folio.
    public void uncharge(Cpu cpu, Memcg memcg, int pages) {
        if (memcg.id() != Memcg.ROOT) {
            cpu.fetchAdd(memcg.usage(), -pages);
        }
    }

    private boolean tryCount(Cpu cpu, Memcg memcg, int pages) {
        long after = cpu.fetchAdd(memcg.usage(), pages) + pages;
        if (after <= memcg.max()) {
            return true;
        }
        cpu.fetchAdd(memcg.usage(), -pages);
        return false;
    }

    private boolean consumeStock(Cpu cpu, Memcg memcg) {
        if (stocked[cpu.id] == memcg && stock[cpu.id] > 0) {
            stock[cpu.id]--;
            return true;
        }
        return false;
    }

    private void refillStock(Cpu cpu, Memcg memcg, int pages) {
        Memcg other = stocked[cpu.id];
        if (other != memcg) {
            if (other != null) {
                cpu.fetchAdd(other.usage(), -stock[cpu.id]);
            }
            stocked[cpu.id] = memcg;
            stock[cpu.id] = 0;
        }
        stock[cpu.id] += pages;
    }

    /// Returns this CPU's stock. Other CPUs keep theirs: 63 pages each at most.
    private void drainStock(Cpu cpu, Memcg memcg) {
        if (stocked[cpu.id] == memcg) {
            cpu.fetchAdd(memcg.usage(), -stock[cpu.id]);
            stock[cpu.id] = 0;
        }
    }
}
