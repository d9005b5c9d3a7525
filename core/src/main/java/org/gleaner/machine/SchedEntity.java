package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// What the scheduler knows of a task in virtual time (`struct sched_entity`); see [RunQueues]. One
/// that is in no queues has a CPU of its own.
@OneCpu
final class SchedEntity {
    /// Of [#on]: none.
    static final int NONE = -1;

    final HorizonCpu task;

    private final @Nullable RunQueues queues;

    /// The CPU that it has, or [#NONE].
    int on = NONE;

    /// The one that it had last, or is to have first.
    int last;

    /// When it got that, in ticks.
    long since;

    /// From when on somebody else is to have it, in ticks.
    long sliceEnd = EventTree.NEVER;

    /// Who waits behind it in the same queue.
    @Nullable SchedEntity next;

    /// For how long it has waited for a CPU, in ticks.
    private long delay;

    SchedEntity(HorizonCpu task, @Nullable RunQueues queues) {
        this.task = task;
        this.queues = queues;
        last = queues == null ? NONE : queues.begin(task.id);
    }

    /// It wants to run from now on; returns once it has a CPU.
    void wakes() {
        if (queues == null) {
            return;
        }
        long from = task.ticks;
        if (queues.seat(this)) {
            delay += task.ticks - from;
        } else {
            waitsFrom(from);
        }
    }

    /// Nobody's work, and so in a frame of its own.
    private void waitsFrom(long from) {
        task.enter(KernelFunction.SCHEDULE);
        task.rest(Activity.QUEUED, EventTree.NEVER);
        task.exit();
        delay += task.ticks - from;
    }

    /// It gives its CPU away, if it has one.
    void sleeps() {
        if (queues != null && on != NONE) {
            queues.leave(this);
        }
    }

    /// It will not want one again.
    void ends() {
        sleeps();
        if (queues != null) {
            queues.end();
        }
    }

    /// Whether somebody may come to want its CPU.
    boolean mayBeWaitedFor() {
        return queues != null && queues.areShort();
    }

    /// Its time is over: it gives its CPU to who waits for it, and waits for it itself.
    void yields() {
        if (queues == null) {
            return;
        }
        long from = task.ticks;
        if (queues.yield(this)) {
            waitsFrom(from);
        }
    }

    /// For how long it may work until it is to look whether its time is over, in nanoseconds: 0 if
    /// it is.
    long leftNanos() {
        long left = queues == null ? EventTree.NEVER : queues.left(this);
        return Math.ceilDiv(left, CostModel.TICKS_PER_NANO);
    }

    /// Nanoseconds for which it has waited for a CPU.
    long delayNanos() {
        return delay / CostModel.TICKS_PER_NANO;
    }
}
