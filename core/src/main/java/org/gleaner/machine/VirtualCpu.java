package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// A hardware thread in virtual time, and the life of the actor on it; see [VirtualEngine] for how
/// steps are ordered.
///
/// A method that is an ordered step first makes this CPU the earliest ([#step] or its slab
/// sibling), then acts at once, and only then adds what the act costs. How it gets there is kept in
/// parts, each with a state of its own:
///
/// | part | keeps |
/// |---|---|
/// | [TimedCpu] | the clock, and what work lies within the wait for a store |
/// | [HorizonCpu] | the place in the order of time, and the stack |
/// | [LineAccess] | the line that is asked for, and then comes |
/// | [TurnTaking] | code that needs no stack |
/// | [VirtualWait] | what is waited for, and sleep |
/// | [SchedEntity] | the CPU of the host that its task has |
/// | [Interruptions] | the section in which it may be interrupted |
final class VirtualCpu extends HorizonCpu {
    final boolean daemon;
    final Waiting waiting = new Waiting(this);
    final VirtualWait wait;
    final SchedEntity sched;
    final Interruptions interruptions;

    private final LineAccess lines;
    private final TurnTaking turns;
    private final Actor body;

    VirtualCpu(
            VirtualEngine engine,
            int id,
            String name,
            Actor body,
            boolean daemon,
            int slot,
            long start,
            @Nullable RunQueues queues) {
        super(engine, id, name, slot, start);
        lockDep = LockDep.ARMED ? new LockDep() : null;
        lockUse = new LockUse(engine.lockWaits);
        tracer = engine.tracer;
        this.body = body;
        this.daemon = daemon;
        lines = new LineAccess(this, engine.lines);
        sched = new SchedEntity(this, queues);
        wait = new VirtualWait(this, waiting, sched);
        turns = new TurnTaking(this, lines, waiting);
        interruptions = new Interruptions(this, engine);
    }

    @Override
    void live() {
        try {
            if (!stop) {
                sched.wakes();
                body.run(this);
            }
        } catch (Stop expected) {
            // The engine asked for it.
        } catch (Throwable failure) {
            ending.failed(this, failure);
        }
        if (tree != null) {
            tree.flush(ticks);
        }
        engine.finished(this);
    }

    @Override
    public @Nullable CallTree callTree() {
        if (tree != null && state == Activity.RUNNING) {
            tree.flush(ticks);
        }
        return tree;
    }

    // --- words -------------------------------------------------------------------------------

    @Override
    void fetch(Word w) {
        if (errand == null) {
            lines.toRead(w);
        } else {
            turns.usesLine();
        }
    }

    @Override
    void own(Word w) {
        if (errand == null) {
            lines.toWrite(w);
        } else {
            turns.usesLine();
            lines.toWriteInTurn();
        }
    }

    @Override
    public void touch(Word w) {
        lines.touches(w);
    }

    @Override
    void written(Word w) {
        if (w.waiters != null) {
            engine.wake(w, ticks);
        }
    }

    @Override
    public void plainly() {
        lines.plainly(true);
    }

    @Override
    public void store(Word w, long value) {
        plainly();
        super.store(w, value);
    }

    @Override
    public void perform(Turns code) {
        turns.perform(code);
    }

    // --- waiting -----------------------------------------------------------------------------

    @Override
    public long await(Word w, long mask, long expect) {
        waiting.expects(mask, expect, false, false);
        return wait.until(w, EventTree.NEVER);
    }

    @Override
    public long awaitChange(Word w, long seen) {
        waiting.expects(-1, seen, true, false);
        return wait.until(w, EventTree.NEVER);
    }

    @Override
    boolean awaits(Turns code, Word w, long mask, long expect) {
        if (errand == null) {
            return super.awaits(code, w, mask, expect);
        }
        waiting.expects(mask, expect, false, false);
        return turns.sees(code, w);
    }

    @Override
    boolean awaitsChange(Turns code, Word w, long seen) {
        if (errand == null) {
            return super.awaitsChange(code, w, seen);
        }
        waiting.expects(-1, seen, true, false);
        return turns.sees(code, w);
    }

    @Override
    public long block(Word w, long mask, long expect) {
        LockDep.mightSleep(this);
        waiting.expects(mask, expect, false, true);
        return wait.until(w, EventTree.NEVER);
    }

    @Override
    public long blockChange(Word w, long seen) {
        LockDep.mightSleep(this);
        waiting.expects(-1, seen, true, true);
        return wait.until(w, EventTree.NEVER);
    }

    @Override
    public long blockFor(Word w, long mask, long expect, long nanos) {
        LockDep.mightSleep(this);
        waiting.expects(mask, expect, false, true);
        return wait.until(w, wait.deadline(nanos));
    }

    @Override
    public void sleep(long nanos) {
        LockDep.mightSleep(this);
        wait.sleep(nanos);
    }

    @Override
    public void sleepUnless(Word w, long mask, long expect, long nanos) {
        LockDep.mightSleep(this);
        wait.sleepUnless(w, mask, expect, nanos);
    }

    @Override
    public boolean shouldStop() {
        return daemon && !ending.isRunning();
    }

    // --- the CPU that it has ------------------------------------------------------------------

    @Override
    public boolean needsResched() {
        return ticks > sched.sliceEnd;
    }

    @Override
    public long untilResched(long nanos) {
        return sched.mayBeWaitedFor() ? Math.min(nanos, sched.leftNanos()) : nanos;
    }

    @Override
    public boolean yieldsIf(boolean contended) {
        return contended || needsResched();
    }

    @Override
    public int foldable(Cost cost, int atMost) {
        long room = Math.min(latestSlabStep(), sched.sliceEnd) - ticks;
        if (room < 0) {
            return 0;
        }
        long each = speeds.table[cost.ordinal()];
        return each == 0 ? atMost : (int) Math.min(room / each, atMost);
    }

    @Override
    public void condResched() {
        if (sched.mayBeWaitedFor() || needsResched()) {
            LockDep.mightSleep(this);
            inTurn();
            if (needsResched()) {
                drain();
                sched.yields();
            }
        }
    }

    @Override
    public long runDelayNanos() {
        return sched.delayNanos();
    }

    // --- interrupts --------------------------------------------------------------------------

    @Override
    public long enterInterruptible(Mailbox box) {
        step();
        return interruptions.enter(box);
    }

    @Override
    public void exitInterruptible(Mailbox box) {
        step();
        interruptions.leave();
    }

    @Override
    public long pendingRequests(Mailbox box) {
        slabStep();
        return interruptions.pending(box);
    }

    @Override
    public long takeRequests(Mailbox box) {
        slabStep();
        return interruptions.take(box);
    }

    @Override
    public void interrupt(Mailbox[] boxes, int n, long request) {
        checkOutside();
        step();
        interruptions.send(boxes, n, request);
    }

    @Override
    public void broadcast(Mailbox[] boxes, int n, long request) {
        step();
        interruptions.broadcast(boxes, n, request);
    }

    @Override
    public void broadcast(int invalidations) {
        step();
        interruptions.broadcast(invalidations);
    }
}
