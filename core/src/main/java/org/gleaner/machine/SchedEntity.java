package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// What the scheduler knows of a task in virtual time (`struct sched_entity`); see [RunQueues].
@OneCpu
final class SchedEntity {
    /// Of [#on]: none.
    static final int NONE = -1;

    final VirtualCpu task;

    private final RunQueues queues;

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

    SchedEntity(VirtualCpu task, RunQueues queues, int first) {
        this.task = task;
        this.queues = queues;
        last = first;
    }

    /// It wants to run from now on; returns once it has a CPU.
    void wakes() {
        long from = task.ticks;
        if (!queues.seat(this)) {
            task.park(Activity.QUEUED, EventTree.NEVER);
        }
        delay += task.ticks - from;
    }

    /// It gives its CPU away, if it has one.
    void sleeps() {
        if (on != NONE) {
            queues.leave(this);
        }
    }

    /// It will not want one again.
    void ends() {
        queues.end(this);
    }

    /// Whether somebody may come to want its CPU.
    boolean mayBeWaitedFor() {
        return queues.areShort();
    }

    /// Its time is over: it gives its CPU to who waits for it, and waits for it itself.
    void yields() {
        long from = task.ticks;
        if (queues.yield(this)) {
            task.park(Activity.QUEUED, EventTree.NEVER);
            delay += task.ticks - from;
        }
    }

    /// Nanoseconds for which it has waited for a CPU.
    long delayNanos() {
        return delay / CostModel.TICKS_PER_NANO;
    }
}
