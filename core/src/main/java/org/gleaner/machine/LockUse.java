package org.gleaner.machine;

/// How often one CPU took locks, how often it had to wait and how long: what `perf lock report`
/// says, by class of locks and by mode.
///
/// A lock was *waited for* if it could not be entered at once, and the wait is the time from there
/// until it was entered; what a contended cache line takes is no wait. [BitSpinLock]s are not
/// counted.
///
/// Not thread-safe: its CPU writes it. Others may read it when that has ended.
@OneCpu
public final class LockUse {
    private static final int MODES = 2;

    private final long[] taken = new long[MODES * LockClass.values().length];
    private final long[] waits = new long[taken.length];
    private final long[] waited = new long[taken.length];
    private final long[] longest = new long[taken.length];

    /// Notes that `cpu` has entered a lock.
    ///
    /// @param mode [LockDep#READ] or [LockDep#WRITE]
    static void taken(Cpu cpu, LockClass lockClass, int mode) {
        LockUse use = cpu.lockUse;
        if (use != null) {
            use.taken[index(lockClass, mode)]++;
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
        }
    }

    private static int index(LockClass lockClass, int mode) {
        return MODES * lockClass.ordinal() + (mode == LockDep.WRITE ? 1 : 0);
    }

    /// What several CPUs did with the locks of a class.
    ///
    /// @param write for writing, or alone; else for reading
    public static Sum of(Iterable<Cpu> cpus, LockClass lockClass, boolean write) {
        int i = index(lockClass, write ? LockDep.WRITE : LockDep.READ);
        Sum sum = new Sum(0, 0, 0, 0);
        for (Cpu cpu : cpus) {
            LockUse use = cpu.lockUse;
            if (use != null) {
                sum = sum.and(use.taken[i], use.waits[i], use.waited[i], use.longest[i]);
            }
        }
        return sum;
    }

    /// Locks of a class, taken in one mode.
    ///
    /// @param taken how often
    /// @param waits how often not at once
    /// @param waitedNanos in all waits
    /// @param longestNanos in the longest of them
    public record Sum(long taken, long waits, long waitedNanos, long longestNanos) {
        private Sum and(long moreTaken, long moreWaits, long moreNanos, long itsLongest) {
            return new Sum(
                    taken + moreTaken,
                    waits + moreWaits,
                    waitedNanos + moreNanos,
                    Math.max(longestNanos, itsLongest));
        }
    }
}
