package org.gleaner.machine;

/// How a CPU in virtual time waits for words, and how its task sleeps.
///
/// A task that sleeps has no CPU of the host's ([SchedEntity]), slows nobody down ([Speeds]) and is
/// idle in the eyes of who accounts for pressure ([TaskState]): it becomes all of that at once, and
/// is none of it any more when it goes on. One that spins is at work.
@OneCpu
final class VirtualWait {
    /// The longest sleep, 19 hours; keys hold twice that.
    private static final long FOREVER_NANOS = 1L << 46;

    private final HorizonCpu cpu;
    private final Waiting waiting;
    private final SchedEntity sched;

    /// When the sleep that is under way began, in ticks.
    private long sleepStart;

    VirtualWait(HorizonCpu cpu, Waiting waiting, SchedEntity sched) {
        this.cpu = cpu;
        this.waiting = waiting;
        this.sched = sched;
    }

    /// The moment `nanos` from now, in ticks.
    long deadline(long nanos) {
        return cpu.ticks + Math.clamp(nanos, 0, FOREVER_NANOS) * CostModel.TICKS_PER_NANO;
    }

    /// Until `w` has what [#waiting] expects, or until `deadline`; returns what it has then.
    long until(Word w, long deadline) {
        for (; ; ) {
            cpu.fetch(w);
            long value = w.value;
            if (waiting.wantsToSee(value) || cpu.ticks >= deadline) {
                return value;
            }
            forWrite(w, deadline);
        }
    }

    /// Until a write to `w` ends the wait, or `deadline` (in ticks) comes.
    private void forWrite(Word w, long deadline) {
        if (!waiting.asleep) {
            waiting.join(w);
            cpu.park(Activity.WAITING, EventTree.NEVER);
            return;
        }
        cpu.ending.checkSleep();
        cpu.ticks += cpu.engine.switchTicks;
        fallsAsleep();
        waiting.join(w);
        if (deadline == EventTree.NEVER) {
            cpu.rest(Activity.WAITING, EventTree.NEVER);
        } else {
            cpu.rest(Activity.TIMED, cpu.keyAt(deadline));
        }
        if (waiting.waits()) {
            waiting.leave();
            cpu.ticks = Math.max(cpu.ticks, deadline);
        }
        wakesUp();
    }

    /// See [Cpu#sleep].
    void sleep(long nanos) {
        if (nanos <= 0) {
            return;
        }
        cpu.ending.checkSleep();
        cpu.drain();
        long end = deadline(nanos);
        sleepStart = cpu.ticks;
        fallsAsleep();
        cpu.ticks = end;
        if (!cpu.isEarliest()) {
            cpu.rest(Activity.SLEEPING, cpu.key());
        }
        wakesUp();
    }

    /// See [Cpu#sleepUnless].
    void sleepUnless(Word w, long mask, long expect, long nanos) {
        if (nanos <= 0 || (w.value & mask) == expect) {
            return;
        }
        cpu.ending.checkSleep();
        cpu.drain();
        long end = deadline(nanos);
        if (cpu.isEarliestUntil(end) && !cpu.engine.isAnybodyQueued()) {
            TaskState.sleeps(cpu, true);
            cpu.ticks = end;
            TaskState.sleeps(cpu, false);
            return;
        }
        waiting.expects(mask, expect, false, true);
        forWrite(w, end);
    }

    private void fallsAsleep() {
        TaskState.sleeps(cpu, true);
        sched.sleeps();
    }

    private void wakesUp() {
        sched.wakes();
        TaskState.sleeps(cpu, false);
    }

    /// If the task sleeps, with or without a deadline, it is to end at `at` (in ticks), or when it
    /// fell asleep if that is later; false if it does not.
    boolean cutShort(long at) {
        boolean asleep =
                switch (cpu.state) {
                    case WAITING -> waiting.asleep;
                    case TIMED, SLEEPING -> true;
                    case RUNNING, READY, QUEUED, DONE -> false;
                };
        if (!asleep) {
            return false;
        }
        long since = cpu.state == Activity.SLEEPING ? sleepStart : cpu.ticks;
        waiting.leave();
        cpu.stop = true;
        cpu.ticks = Math.max(since, at);
        return true;
    }
}
