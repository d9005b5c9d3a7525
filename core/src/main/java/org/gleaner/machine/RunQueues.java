package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// Who has which CPU, where there may be more tasks in virtual time than CPUs (`struct rq`).
///
/// ## How it works
///
/// A task that wakes takes the CPU that it had last if that is idle, else another that is, else it
/// waits in the queue of that one (`select_task_rq_fair`), or of another if that is shorter, where
/// periodic balancing would bring it. A CPU that is given up goes to the first of its own queue; if
/// nobody waits there, to the first of the longest (`sched_balance_newidle`); if nobody waits at
/// all it is idle. So while a CPU is idle, nobody waits.
///
/// A task whose CPU somebody waits for has it for a slice, and gives it up at the next point at
/// which it may ([Cpu#condResched]): in its guest, or where it would sleep anyway. Who wakes does
/// not cut a slice short (`RUN_TO_PARITY`, which is how kernels from 6.8 on are set), and all weigh
/// the same. Two at a CPU beside one at another stay: that is no imbalance that balancing would
/// mend within seconds.
///
/// ## What it leaves out
///
/// Task and CPU are one in [Cpu]: lines of its cache, per-CPU lists and interrupts go with the
/// task, wherever it runs. A task that spins has its CPU, and is not preempted. The longest work
/// between two points ends a slice late.
///
/// A CPU may be given up ahead of the order of time, by a task that goes to sleep after private
/// work: whoever takes it then begins no earlier than it was left.
final class RunQueues {
    private final VirtualEngine engine;
    private final long slice;
    private final long switchTicks;

    /// By CPU: who has it, or null.
    private final @Nullable SchedEntity[] current;

    /// By CPU: the first and the last of who waits, linked by [SchedEntity#next], and how many.
    private final @Nullable SchedEntity[] first;

    private final @Nullable SchedEntity[] last;
    private final int[] length;

    /// By CPU: when it was left, in ticks.
    private final long[] freeAt;

    private final BitSet idle = new BitSet();
    private int waiting;
    private int tasks;

    /// @param slice in ticks
    RunQueues(VirtualEngine engine, int cpus, long slice) {
        this.engine = engine;
        this.slice = slice;
        switchTicks = engine.costs().ticks(Cost.CTX_SWITCH);
        current = new @Nullable SchedEntity[cpus];
        first = new @Nullable SchedEntity[cpus];
        last = new @Nullable SchedEntity[cpus];
        length = new int[cpus];
        freeAt = new long[cpus];
        idle.set(0, cpus);
    }

    /// Whether somebody waits for a CPU.
    boolean isAnybodyWaiting() {
        return waiting > 0;
    }

    /// Whether there are more tasks than CPUs.
    boolean areShort() {
        return tasks > current.length;
    }

    /// There is a task more; returns the CPU that it is to have first.
    int begin(int id) {
        tasks++;
        return id % current.length;
    }

    /// Gives `e` a CPU; false if it has to wait for one.
    boolean seat(SchedEntity e) {
        int cpu = idleFor(e);
        if (cpu < 0) {
            append(e, shortest(e.last));
            return false;
        }
        idle.clear(cpu);
        e.task.ticks = Math.max(e.task.ticks, freeAt[cpu]);
        give(cpu, e);
        return true;
    }

    /// There is one less.
    void end() {
        tasks--;
    }

    /// `e` gives up its CPU.
    void leave(SchedEntity e) {
        int cpu = vacate(e);
        freeAt[cpu] = e.task.ticks;
        if (waiting == 0) {
            idle.set(cpu);
        } else {
            pass(cpu, takeFirst(length[cpu] > 0 ? cpu : longest()), e.task.ticks);
        }
    }

    /// `e` gives its CPU to the first in its queue, behind whom it waits; false if nobody is there
    /// any more.
    boolean yield(SchedEntity e) {
        int cpu = e.on;
        if (length[cpu] == 0) {
            e.sliceEnd = EventTree.NEVER;
            return false;
        }
        e.task.ticks += switchTicks;
        SchedEntity next = takeFirst(cpu);
        append(e, vacate(e));
        pass(cpu, next, e.task.ticks);
        return true;
    }

    /// Ticks until the slice of `e` is over, or that which somebody may come to end; 0 if it is.
    long left(SchedEntity e) {
        long now = e.task.ticks;
        return e.sliceEnd == EventTree.NEVER
                ? slice - (now - e.since) % slice + 1
                : Math.max(e.sliceEnd - now + 1, 0);
    }

    // --- which ---------------------------------------------------------------------------------

    private int idleFor(SchedEntity e) {
        if (idle.isEmpty()) {
            return -1;
        }
        long now = e.task.ticks;
        if (idle.get(e.last) && freeAt[e.last] <= now) {
            return e.last;
        }
        int soonest = -1;
        for (int cpu = idle.nextSetBit(0); cpu >= 0; cpu = idle.nextSetBit(cpu + 1)) {
            if (freeAt[cpu] <= now) {
                return cpu;
            }
            if (soonest < 0 || freeAt[cpu] < freeAt[soonest]) {
                soonest = cpu;
            }
        }
        return soonest;
    }

    /// `at`, unless fewer wait elsewhere.
    private int shortest(int at) {
        int least = at;
        for (int cpu = 0; length[least] > 0 && cpu < length.length; cpu++) {
            if (length[cpu] < length[least]) {
                least = cpu;
            }
        }
        return least;
    }

    private int longest() {
        int most = 0;
        for (int cpu = 1; cpu < length.length; cpu++) {
            if (length[cpu] > length[most]) {
                most = cpu;
            }
        }
        return most;
    }

    // --- queues --------------------------------------------------------------------------------

    private void give(int cpu, SchedEntity e) {
        current[cpu] = e;
        e.on = cpu;
        e.since = e.task.ticks;
        e.sliceEnd = length[cpu] > 0 ? e.since + slice : EventTree.NEVER;
    }

    /// Takes its CPU from `e`; returns which.
    private int vacate(SchedEntity e) {
        int cpu = e.on;
        current[cpu] = null;
        e.on = SchedEntity.NONE;
        e.last = cpu;
        e.sliceEnd = EventTree.NEVER;
        return cpu;
    }

    private void pass(int cpu, SchedEntity e, long at) {
        e.task.ticks = Math.max(e.task.ticks, at);
        give(cpu, e);
        engine.host.makeReady(e.task);
    }

    private void append(SchedEntity e, int cpu) {
        e.next = null;
        SchedEntity before = last[cpu];
        if (before == null) {
            first[cpu] = e;
        } else {
            before.next = e;
        }
        last[cpu] = e;
        length[cpu]++;
        waiting++;
        SchedEntity has = current[cpu];
        if (has != null && has.sliceEnd == EventTree.NEVER) {
            long slices = Math.max(e.task.ticks - has.since, 0) / slice + 1;
            has.sliceEnd = has.since + slices * slice;
        }
    }

    private SchedEntity takeFirst(int cpu) {
        SchedEntity e = requireNonNull(first[cpu]);
        first[cpu] = e.next;
        if (e.next == null) {
            last[cpu] = null;
        }
        e.next = null;
        length[cpu]--;
        waiting--;
        return e;
    }
}
