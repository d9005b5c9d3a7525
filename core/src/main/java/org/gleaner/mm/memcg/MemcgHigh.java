package org.gleaner.mm.memcg;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.TaskState;

/// What `memory.high` costs: a charge above it succeeds, but before the task goes back to user mode
/// or into its guest it reclaims as much as it has charged, in its own cgroup and all above that
/// are too large, and if that does not help it sleeps, the longer the further above it is
/// (`mem_cgroup_handle_over_high`).
///
/// Everything here is private to the CPU that charges.
@OneCpu
public final class MemcgHigh {
    private static final long RECLAIM_GOAL = 32;

    /// Timer ticks per second.
    private static final long HZ = 250;

    private static final long JIFFY_NANOS = 1_000_000_000 / HZ;

    /// The most that one return to user mode sleeps: two seconds.
    static final long MOST_JIFFIES = 2 * HZ;

    /// Less than this is forgiven: ten milliseconds.
    private static final long LEAST_JIFFIES = HZ / 100;

    private static final int PRECISION = 20;
    private static final int SCALING = 14;

    /// Words from one CPU's count to the next's.
    private static final int LINE = 8;

    private final MemcgCharge.LimitReclaim reclaim;

    /// By CPU: pages charged above a limit since it last was in user mode.
    private final long[] pagesOver;

    MemcgHigh(MemcgCharge.LimitReclaim reclaim, int maxCpus) {
        this.reclaim = reclaim;
        pagesOver = new long[maxCpus * LINE];
    }

    /// Notes a charge, if any of the cgroups it counts in is above its limit.
    void charged(Cpu cpu, Memcg memcg, int pages) {
        for (Memcg at = memcg; at != null; at = at.chargedParent()) {
            if (at.current() > at.high()) {
                pagesOver[cpu.id * LINE] += pages;
                return;
            }
        }
    }

    boolean owes(Cpu cpu) {
        return pagesOver[cpu.id * LINE] != 0;
    }

    void returnToUser(Cpu cpu, Memcg memcg) {
        long pages = pagesOver[cpu.id * LINE];
        if (pages == 0) {
            return;
        }
        pagesOver[cpu.id * LINE] = 0;
        int retries = MemcgCharge.MAX_RECLAIM_RETRIES;
        long goal = pages;
        for (; ; ) {
            long reclaimed = reclaim(cpu, memcg, goal);
            long penalty = penalty(memcg, pages);
            if (penalty <= LEAST_JIFFIES || reclaim.isDying(cpu)) {
                return;
            }
            if (reclaimed == 0 && --retries < 0) {
                long start = cpu.now();
                boolean stalled = TaskState.beginStall(cpu);
                reclaim.sleepKillable(cpu, penalty * JIFFY_NANOS);
                TaskState.endStall(cpu, stalled);
                memcg.throttled(cpu, cpu.now() - start);
                return;
            }
            goal = RECLAIM_GOAL;
        }
    }

    /// `reclaim_high`: reclaims in every cgroup up the tree that is above its limit.
    private long reclaim(Cpu cpu, Memcg memcg, long goal) {
        long reclaimed = 0;
        for (Memcg at = memcg; at != null; at = at.chargedParent()) {
            if (at.current() > at.high()) {
                at.count(cpu, MemcgEvent.HIGH);
                boolean stalled = TaskState.beginStall(cpu);
                reclaimed += reclaim.tryToFree(cpu, at, goal);
                TaskState.endStall(cpu, stalled);
            }
        }
        return reclaimed;
    }

    /// The longest sleep that any cgroup up the tree asks for.
    private static long penalty(Memcg memcg, long pages) {
        long most = 0;
        for (Memcg at = memcg; at != null; at = at.chargedParent()) {
            most = Math.max(most, penalty(at.current(), at.high()));
        }
        return Math.min(most * pages / MemcgCharge.BATCH, MOST_JIFFIES);
    }

    /// Jiffies to sleep for a batch of charges at a usage above the limit: the square of the
    /// excess, as a share of the limit.
    static long penalty(long usage, long high) {
        if (usage <= high) {
            return 0;
        }
        long over = (usage - high << PRECISION) / Math.max(high, 1);
        // far beyond the cap, where the square would overflow
        long bounded = Math.min(over, 1L << 26);
        return bounded * bounded * HZ >> PRECISION + SCALING;
    }
}
