package org.gleaner.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// How often one CPU took locks, how often it had to wait and how long, and how long it held them:
/// what `perf lock report` says, by class of locks and by mode.
///
/// A lock was *waited for* if it could not be entered at once, and the wait is the time from there
/// until it was entered; what a contended cache line takes is no wait. It is *held* from when it is
/// entered until the write that gives it up.
///
/// Time held is kept as the sum of all ends less the sum of all beginnings, so that neither a list
/// of locks nor their order is needed.
///
/// Not thread-safe: its CPU writes it. Others may read it when that has ended.
@OneCpu
public final class LockUse {
    private static final int MODES = 2;

    /// Words of what CPUs have waited together for locks of all classes: by class, reading before
    /// writing, how often and how many nanoseconds in `[2 * i, 2 * i + 1]`. Waits that are over.
    public static final int WAITS = 2 * MODES * LockClass.values().length;

    private final long[] taken = new long[MODES * LockClass.values().length];
    private final long[] waits = new long[taken.length];
    private final long[] waited = new long[taken.length];
    private final long[] longest = new long[taken.length];

    /// Of all CPUs together, as they run one at a time: see [#WAITS]; null where nobody asks.
    private final long @Nullable [] together;

    private final long[] released = new long[taken.length];
    private final long[] held = new long[taken.length];

    /// @param together what is waited is added there, too: [#WAITS] long
    LockUse(long @Nullable [] together) {
        this.together = together;
    }

    /// Notes that `cpu` has entered a lock.
    ///
    /// @param mode [LockDep#READ] or [LockDep#WRITE]
    static void taken(Cpu cpu, LockClass lockClass, int mode) {
        LockUse use = cpu.lockUse;
        if (use != null) {
            int i = index(lockClass, mode);
            use.taken[i]++;
            use.held[i] -= cpu.now();
        }
    }

    /// Notes that `cpu` is about to leave a lock.
    static void released(Cpu cpu, LockClass lockClass, int mode) {
        LockUse use = cpu.lockUse;
        if (use != null) {
            int i = index(lockClass, mode);
            use.released[i]++;
            use.held[i] += cpu.now();
        }
    }

    /// Notes that `cpu` has waited for a lock since `since`, in nanoseconds of its clock.
    static void waited(Cpu cpu, LockClass lockClass, int mode, long since) {
        LockUse use = cpu.lockUse;
        if (use != null) {
            int i = index(lockClass, mode);
            long nanos = cpu.now() - since;
            use.waits[i]++;
            use.waited[i] += nanos;
            use.longest[i] = Math.max(use.longest[i], nanos);
            long[] all = use.together;
            if (all != null) {
                all[2 * i]++;
                all[2 * i + 1] += nanos;
            }
        }
        Tracer tracer = cpu.tracer;
        if (tracer != null) {
            tracer.waited(cpu, lockClass, mode == LockDep.WRITE, since);
        }
    }

    private static int index(LockClass lockClass, int mode) {
        return MODES * lockClass.ordinal() + (mode == LockDep.WRITE ? 1 : 0);
    }

    /// Time held, up to now where it is still inside.
    private long heldNanos(Cpu cpu, int i) {
        return held[i] + (taken[i] - released[i]) * cpu.now();
    }

    /// From now on the longest waits are those to come; all other figures go on.
    public static void forgetLongest(Iterable<Cpu> cpus) {
        for (Cpu cpu : cpus) {
            LockUse use = cpu.lockUse;
            if (use != null) {
                Arrays.fill(use.longest, 0);
            }
        }
    }

    /// What several CPUs did with the locks of a class.
    ///
    /// @param write for writing, or alone; else for reading
    public static Sum of(Iterable<Cpu> cpus, LockClass lockClass, boolean write) {
        int i = index(lockClass, write ? LockDep.WRITE : LockDep.READ);
        Sum sum = Sum.NONE;
        for (Cpu cpu : cpus) {
            LockUse use = cpu.lockUse;
            if (use != null) {
                sum =
                        sum.and(
                                new Sum(
                                        use.taken[i],
                                        use.waits[i],
                                        use.waited[i],
                                        use.longest[i],
                                        use.heldNanos(cpu, i)));
            }
        }
        return sum;
    }

    /// Where in what CPUs have waited together a class and mode begins.
    public static int waitsAt(LockClass lockClass, boolean write) {
        return 2 * index(lockClass, write ? LockDep.WRITE : LockDep.READ);
    }

    /// Locks of a class, taken in one mode.
    ///
    /// @param taken how often
    /// @param waits how often not at once
    /// @param waitedNanos in all waits
    /// @param longestNanos in the longest of them
    /// @param heldNanos from each entry to its end, those of readers that were inside together
    ///     added up
    public record Sum(long taken, long waits, long waitedNanos, long longestNanos, long heldNanos) {
        static final Sum NONE = new Sum(0, 0, 0, 0, 0);

        private Sum and(Sum more) {
            return new Sum(
                    taken + more.taken,
                    waits + more.waits,
                    waitedNanos + more.waitedNanos,
                    Math.max(longestNanos, more.longestNanos),
                    heldNanos + more.heldNanos);
        }

        /// What has come since `before`, an earlier sum of the same locks; the longest wait is that
        /// since [#forgetLongest].
        public Sum since(Sum before) {
            return new Sum(
                    taken - before.taken,
                    waits - before.waits,
                    waitedNanos - before.waitedNanos,
                    longestNanos,
                    heldNanos - before.heldNanos);
        }
    }
}
