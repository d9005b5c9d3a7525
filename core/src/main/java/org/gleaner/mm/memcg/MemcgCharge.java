package org.gleaner.mm.memcg;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.TaskState;
import org.gleaner.mm.protocol.MemorySteps;
import org.jspecify.annotations.Nullable;

/// The charge path (`try_charge_memcg`): stock, then the counters up the tree, then reclaim, then
/// the killer. A charge above `memory.high` succeeds, and is paid for by [MemcgHigh] before the
/// task goes on.
///
/// A CPU's stock holds pages charged ahead, so that most charges touch nothing shared. Freed pages
/// go back to the counters at once, never to a stock.
public final class MemcgCharge {
    /// Pages charged ahead at once.
    static final int BATCH = 64;

    static final int MAX_RECLAIM_RETRIES = 16;

    /// The least that reclaim is asked for (`SWAP_CLUSTER_MAX`).
    private static final int RECLAIM_GOAL = 32;

    /// How long to wait for another CPU that reclaims.
    private static final long JIFFY_NANOS = 4_000_000;

    private final LimitReclaim reclaim;
    private final ChargeStock stock;
    private final MemcgHigh high;
    private final MemorySteps steps;

    /// What makes room under a limit.
    @FunctionalInterface
    public interface LimitReclaim {
        /// `try_to_free_mem_cgroup_pages`: returns the pages freed.
        long tryToFree(Cpu cpu, Memcg memcg, long goal);

        /// If pages are being written, gives that a moment and returns true.
        default boolean waitForWriteback(Cpu cpu) {
            return false;
        }

        /// Has somebody in a cgroup or below it killed, or waits for one who was; returns whether
        /// to try again (`mem_cgroup_out_of_memory`).
        default boolean outOfMemory(Cpu cpu, Memcg scope) {
            return false;
        }

        /// Whether the task at hand has been killed.
        default boolean isDying(Cpu cpu) {
            return false;
        }

        /// Sleeps, unless the task at hand is killed.
        default void sleepKillable(Cpu cpu, long nanos) {
            cpu.sleep(nanos);
        }
    }

    /// @param seed of the choice of stocks to give back
    public MemcgCharge(
            LimitReclaim reclaim, StockRule stockRule, int maxCpus, long seed, MemorySteps steps) {
        this.steps = steps;
        this.reclaim = reclaim;
        stock = new ChargeStock(stockRule, maxCpus, seed);
        high = new MemcgHigh(reclaim, maxCpus);
    }

    /// Charges one page; false if a limit is hit, nothing can be reclaimed, and the task at hand is
    /// the victim or nobody can be killed.
    public boolean charge(Cpu cpu, Memcg memcg) {
        if (memcg.isRoot()) {
            return true;
        }
        cpu.charge(Cost.MEMCG_CHARGE);
        if (stock.consume(cpu, memcg)) {
            return true;
        }
        if (tryCount(cpu, memcg, BATCH) == null) {
            stock.refill(cpu, memcg, BATCH - 1);
            high.charged(cpu, memcg, BATCH);
            return true;
        }
        Memcg full = tryCount(cpu, memcg, 1);
        if (full == null || chargeSlow(cpu, memcg, full)) {
            high.charged(cpu, memcg, 1);
            return true;
        }
        return false;
    }

    /// Charges many pages at once, if the limits up the tree have room for them now: nothing is
    /// reclaimed for them, and no stock is touched.
    public boolean chargeIfRoom(Cpu cpu, Memcg memcg, int pages) {
        if (memcg.isRoot()) {
            return true;
        }
        cpu.charge(Cost.MEMCG_CHARGE);
        if (tryCount(cpu, memcg, pages) != null) {
            return false;
        }
        high.charged(cpu, memcg, pages);
        return true;
    }

    /// @param limiting the cgroup up the tree that a page did not fit into
    private boolean chargeSlow(Cpu cpu, Memcg memcg, Memcg limiting) {
        cpu.enter(KernelFunction.TRY_CHARGE);
        boolean drained = false;
        int retries = MAX_RECLAIM_RETRIES;
        int reprieves = 0;
        Memcg full = limiting;
        while (full != null && !reclaim.isDying(cpu)) {
            full.count(cpu, MemcgEvent.MAX);
            boolean stalled = TaskState.beginStall(cpu);
            long reclaimed = reclaim.tryToFree(cpu, full, RECLAIM_GOAL);
            TaskState.endStall(cpu, stalled);
            if (full.current() < full.max()) {
                Memcg next = tryCount(cpu, memcg, 1);
                if (next == null) {
                    full = null;
                    break;
                }
                full = next;
            }
            if (!drained) {
                stock.drainAll(cpu, full);
                drained = true;
                full = tryCount(cpu, memcg, 1);
            } else if (reclaimed == 0 && --retries < 0) {
                if (++reprieves <= MAX_RECLAIM_RETRIES && deservesReprieve(cpu, full)) {
                    retries = 0;
                    continue;
                }
                full.count(cpu, MemcgEvent.OOM);
                if (!reclaim.outOfMemory(cpu, full)) {
                    break;
                }
                retries = MAX_RECLAIM_RETRIES;
                reprieves = 0;
                full = tryCount(cpu, memcg, 1);
            } else {
                full = tryCount(cpu, memcg, 1);
            }
        }
        cpu.exit();
        return full == null;
    }

    /// Whether to try once more before somebody is killed: reclaim was misled by numbers up to two
    /// seconds old, or all it could find is being written, perhaps held back by our own plug, or
    /// another CPU has its hands on all there is, for which we wait. A real kernel is slow enough
    /// at its retries not to kill for either.
    private boolean deservesReprieve(Cpu cpu, Memcg memcg) {
        if (memcg.lruvec().flushStatsIfMisleading(cpu)) {
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

    /// What a task does before it leaves the kernel, if it has charged above `memory.high`.
    public void returnToUser(Cpu cpu, Memcg memcg) {
        high.returnToUser(cpu, memcg);
    }

    /// Whether it has.
    public boolean owes(Cpu cpu) {
        return high.owes(cpu);
    }

    /// Takes back what all CPUs have charged ahead for a cgroup and those below it
    /// (`drain_all_stock`).
    public void drainAll(Cpu cpu, Memcg memcg) {
        stock.drainAll(cpu, memcg);
    }

    /// Pages of a cgroup charged ahead, on all CPUs; exact when they are at rest.
    public long stocked(Memcg memcg) {
        return stock.pages(memcg);
    }

    private long add(Cpu cpu, Memcg memcg, int pages) {
        if (steps.countsFirst()) {
            return cpu.fetchAdd(memcg.usage(), pages) + pages;
        }
        long after = cpu.load(memcg.usage()) + pages;
        cpu.store(memcg.usage(), after);
        return after;
    }

    /// Counts pages up the tree. Returns the first cgroup whose limit they exceed, nothing being
    /// counted then, or null.
    private @Nullable Memcg tryCount(Cpu cpu, Memcg memcg, int pages) {
        for (Memcg at = memcg; at != null; at = at.chargedParent()) {
            long after = add(cpu, at, pages);
            if (after > at.max()) {
                cpu.fetchAdd(at.usage(), -pages);
                for (Memcg undo = memcg; undo != null && undo != at; undo = undo.chargedParent()) {
                    cpu.fetchAdd(undo.usage(), -pages);
                }
                return at;
            }
        }
        return null;
    }
}
