package org.gleaner.mm.psi;

import java.util.BitSet;
import org.gleaner.machine.Racy;
import org.jspecify.annotations.Nullable;

/// The tasks of one cgroup and of those below it, and for how long they were stalled together.
///
/// *Some* is time in which at least one task was stalled; *full* is time in which one was and none
/// was at work, whoever idles left aside. Both are exact.
///
/// *Per CPU* is what a kernel makes of it, which cannot look at all CPUs at once: the share that
/// each CPU was stalled since somebody last looked, weighted by how long it was not idle. Where
/// every task has a CPU of its own, some and full are one there.
@Racy("only in virtual time, where one CPU runs at a time")
public final class PressureGroup {
    private final @Nullable PressureGroup parent;
    private final BitSet cpus = new BitSet();

    private int stalled;
    private int working;
    private long lastNanos;
    private long someNanos;
    private long fullNanos;
    private long perCpuNanos;

    // What of these the averages know.
    private long averagedSome;
    private long averagedFull;
    private long averagedPerCpu;

    private final StallAverages some = new StallAverages();
    private final StallAverages full = new StallAverages();
    private final StallAverages perCpu = new StallAverages();

    PressureGroup(@Nullable PressureGroup parent) {
        this.parent = parent;
    }

    @Nullable PressureGroup parent() {
        return parent;
    }

    void adopt(int cpu) {
        cpus.set(cpu);
    }

    /// Time has come to `nanos`.
    void advance(long nanos) {
        long passed = nanos - lastNanos;
        lastNanos = nanos;
        if (stalled > 0) {
            someNanos += passed;
            if (working == 0) {
                fullNanos += passed;
            }
        }
    }

    /// So many more tasks are stalled, and at work.
    void change(int moreStalled, int moreWorking) {
        stalled += moreStalled;
        working += moreWorking;
    }

    /// What CPUs were at since the last time becomes part of the sum over CPUs
    /// (`collect_percpu_times`).
    void collect(CpuShares shares) {
        perCpuNanos += shares.stalledNanos(cpus);
    }

    /// A period is over.
    void endPeriod(long periodNanos) {
        perCpu.add(Math.min(perCpuNanos - averagedPerCpu, periodNanos), periodNanos);
        averagedPerCpu = perCpuNanos;
        some.add(someNanos - averagedSome, periodNanos);
        full.add(fullNanos - averagedFull, periodNanos);
        averagedSome = someNanos;
        averagedFull = fullNanos;
    }

    /// Time up to `nanos` in which at least one task was stalled; needs [PressureStall#catchUp].
    public long someNanos(long nanos) {
        return someNanos + (stalled > 0 ? nanos - lastNanos : 0);
    }

    /// Time up to `nanos` in which one was and none was at work.
    public long fullNanos(long nanos) {
        return fullNanos + (stalled > 0 && working == 0 ? nanos - lastNanos : 0);
    }

    Pressure pressure() {
        return new Pressure(some.line(someNanos), full.line(fullNanos), perCpu.line(perCpuNanos));
    }
}
