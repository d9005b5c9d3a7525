package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// A hardware thread in virtual time; see [VirtualEngine] for how steps are ordered.
///
/// Everything here runs on one host thread at a time, so all state is plain. A method that is an
/// ordered step first makes this CPU the earliest ([#step] or its slab sibling), then acts at once,
/// and only then adds what the act costs. An access to a [Word] is two such steps: it asks for the
/// line, and acts when the line is there. Who stores does not wait for that ([TimedCpu]).
final class VirtualCpu extends TimedCpu {
    /// The longest sleep, 19 hours; keys hold twice that.
    private static final long FOREVER_NANOS = 1L << 46;

    /// A turn is taken on this CPU's stack where nobody else can act for so long, 200 ns: it will
    /// hardly have to leave it.
    private static final long ROOM = 200 * CostModel.TICKS_PER_NANO;

    final VirtualEngine engine;
    final boolean daemon;

    /// Breaks ties of time; a seeded permutation of ids.
    final int slot;

    Activity state = Activity.READY;

    /// When the sleep that is under way began, in ticks.
    long sleepStart;

    /// The engine wants this actor gone: its next return from the scheduler throws [Stop].
    boolean stop;

    /// What it waits for, while it does.
    final Waiting waiting = new Waiting(this);

    /// What it is at and has not ended, or null: whoever has the host thread takes these turns.
    @Nullable Turns turns;

    /// The line that the next of them accesses has come.
    private boolean lineIsHere;

    /// And it was asked for by [Turns#stores].
    private boolean turnStores;

    /// The line that its next step accesses, where that has not been asked for yet, or null.
    @Nullable Word wanted;

    private boolean wantedToRead;
    private boolean wantedToStore;

    /// The next write is one of [Cpu#plainly].
    private boolean plain;

    /// How long the write that is under way is waited for where it is a store.
    private long storeTakes;

    /// What has gone wrong in a turn.
    private @Nullable Throwable thrown;

    private final Interruptions interruptions;

    /// Its place in the queues for CPUs.
    final SchedEntity sched;

    final Coroutine coroutine;

    /// Latest time at which this CPU still goes first; it runs on without asking until then.
    private long limit;

    /// The same for slab words: `limit` and the engine's slack.
    private long slabLimit;

    private final LineModel lines;
    private final WorkLengths lengths;
    private final long slack;

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
        super(id, name, engine.speeds, engine.options.callTrees(), start);
        lockDep = LockDep.ARMED ? new LockDep() : null;
        lockUse = new LockUse(engine.lockWaits);
        tracer = engine.tracer;
        this.engine = engine;
        this.body = body;
        this.daemon = daemon;
        this.slot = slot;
        lines = engine.lines;
        lengths = new WorkLengths(engine.options.seed(), id);
        slack = engine.slack;
        interruptions = new Interruptions(this, engine);
        sched = new SchedEntity(this, queues);
        coroutine = engine.options.coroutines().create(name, this::runBody);
    }

    private void runBody() {
        try {
            if (!stop) {
                sched.wakes();
                body.run(this);
            }
        } catch (Stop expected) {
            // The engine asked for it.
        } catch (Throwable failure) {
            engine.failed(this, failure);
        }
        if (tree != null) {
            tree.flush(ticks);
        }
        engine.finished(this);
    }

    @Override
    public void chargeVarying(Cost cost) {
        long mean = speeds.table[cost.ordinal()];
        ticks += speeds.alone ? mean : lengths.of(mean);
    }

    // --- order -------------------------------------------------------------------------------

    /// The key in the tournament: time, then slot.
    long key() {
        return ticks << Roster.SLOT_BITS | slot;
    }

    /// Lets this CPU run until `key` would win against it.
    void runUntil(long key) {
        limit = limitBefore(key);
        slabLimit = limit + slack;
    }

    /// As [#runUntil], if that is sooner than now allowed: somebody has just become runnable.
    void lowerHorizon(long key) {
        long sooner = limitBefore(key);
        if (sooner < limit) {
            limit = sooner;
            slabLimit = sooner + slack;
        }
    }

    private long limitBefore(long key) {
        long time = key >>> Roster.SLOT_BITS;
        return (key & Roster.SLOTS - 1) > slot ? time : time - 1;
    }

    @Override
    public void step() {
        drain();
        inTurn();
    }

    private void inTurn() {
        if (ticks > limit) {
            park(Activity.READY, key());
        }
    }

    @Override
    void slabStep() {
        drain();
        if (ticks > slabLimit) {
            park(Activity.READY, key());
        }
    }

    /// Gives the host thread away; returns when this CPU is the earliest again.
    void park(Activity as, long key) {
        if (engine.aborting()) {
            throw Stop.INSTANCE;
        }
        if (turns != null) {
            throw new IllegalStateException("a second ordered step, or another wait, in one turn");
        }
        state = as;
        engine.events.set(id, key);
        if (as == Activity.READY || as != Activity.QUEUED && !isAsleep()) {
            giveWay();
            return;
        }
        speeds.end();
        try {
            giveWay();
        } finally {
            speeds.begin();
        }
    }

    private void giveWay() {
        if (!engine.goOnFor(this)) {
            coroutine.suspend();
        }
        if (stop) {
            stop = false;
            throw Stop.INSTANCE;
        }
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

    // --- buffered stores -----------------------------------------------------------------------

    @Override
    public void plainly() {
        plain = true;
    }

    /// Asks for a line to write, and is at when it comes.
    private void asksToWrite(Word w, boolean store) {
        long asked = store ? worksAt() : ticks;
        ticks = Math.max(ticks, lines.write(w, id, asked));
        storeTakes = store ? ticks - asked : 0;
        drained();
    }

    /// The line has come, and the write is done.
    private void wrote() {
        stored(storeTakes);
    }

    @Override
    public void store(Word w, long value) {
        plain = true;
        super.store(w, value);
    }

    // --- turns -------------------------------------------------------------------------------

    @Override
    public void perform(Turns code) {
        if (turns != null) {
            throw new IllegalStateException("turns within a turn");
        }
        drain();
        while (limit - ticks > ROOM) {
            plain = code.stores();
            if (!code.turn(this)) {
                return;
            }
        }
        turns = code;
        if (!takesTurns()) {
            giveWay();
        }
        Throwable t = thrown;
        if (t != null) {
            thrown = null;
            throw FailedIn.<RuntimeException>rethrow(t);
        }
    }

    /// Takes turns while this CPU is the earliest; false if there are more to come.
    boolean takesTurns() {
        Turns code = requireNonNull(turns);
        try {
            while (ticks <= limit) {
                if (!lineIsHere && code.needsLine) {
                    Word next = code.word();
                    if (code.reads()) {
                        ticks = lines.read(next, id, ticks);
                        drained();
                    } else {
                        turnStores = code.stores();
                        asksToWrite(next, turnStores);
                    }
                    lineIsHere = true;
                    continue;
                }
                boolean more = code.turn(this);
                lineIsHere = false;
                if (!more) {
                    turns = null;
                    return true;
                }
                if (state == Activity.WAITING) {
                    return false;
                }
            }
        } catch (Throwable t) {
            thrown = t;
            turns = null;
            lineIsHere = false;
            return true;
        }
        if (engine.aborting()) {
            thrown = Stop.INSTANCE;
            turns = null;
            lineIsHere = false;
            return true;
        }
        state = Activity.READY;
        engine.events.set(id, key());
        return false;
    }

    @Override
    boolean awaits(Turns code, Word w, long mask, long expect) {
        return looks(code, w, mask, expect, false);
    }

    @Override
    boolean awaitsChange(Turns code, Word w, long seen) {
        return looks(code, w, -1, seen, true);
    }

    private boolean looks(Turns code, Word w, long mask, long expect, boolean change) {
        if (turns == null) {
            code.seen = waitFor(w, mask, expect, change, false, EventTree.NEVER);
            return true;
        }
        waiting.expects(mask, expect, change, false);
        fetch(w);
        long value = w.value;
        if (waiting.wantsToSee(value)) {
            code.seen = value;
            return true;
        }
        if (engine.aborting()) {
            throw Stop.INSTANCE;
        }
        waiting.join(w);
        state = Activity.WAITING;
        engine.events.set(id, EventTree.NEVER);
        return false;
    }

    // --- lines -------------------------------------------------------------------------------

    @Override
    void fetch(Word w) {
        if (isHere()) {
            return;
        }
        drain();
        if (ticks > limit) {
            wanted = w;
            wantedToRead = true;
            park(Activity.READY, key());
            return;
        }
        ticks = lines.read(w, id, ticks);
        inTurn();
    }

    @Override
    void own(Word w) {
        boolean store = plain;
        plain = false;
        if (isHere()) {
            if (store && !turnStores) {
                throw new IllegalStateException("a store of a turn that does not say so");
            }
            wrote();
            return;
        }
        readyFor(store);
        if (ticks > limit) {
            wanted = w;
            wantedToRead = false;
            wantedToStore = store;
            park(Activity.READY, key());
        } else {
            asksToWrite(w, store);
            inTurn();
        }
        wrote();
    }

    @Override
    public void touch(Word w) {
        boolean store = plain;
        plain = false;
        readyFor(store);
        inTurn();
        asksToWrite(w, store);
        wrote();
    }

    /// Asks for the line that this CPU waits for, now that it is the earliest; false if others come
    /// before it is there.
    private boolean asksForLine(Word w) {
        wanted = null;
        if (wantedToRead) {
            ticks = lines.read(w, id, ticks);
        } else {
            asksToWrite(w, wantedToStore);
        }
        if (ticks <= limit) {
            return true;
        }
        state = Activity.READY;
        engine.events.set(id, key());
        return false;
    }

    /// Does what needs no stack, now that this CPU is the earliest; false if others come first
    /// before it can go on with its own.
    boolean mayGoOn() {
        Word w = wanted;
        return (w == null || asksForLine(w)) && (turns == null || takesTurns());
    }

    /// Whether there is something to be done for this CPU that needs no stack.
    boolean needsNoStack() {
        return wanted != null || turns != null;
    }

    /// Whether this is the access of a turn, for which the line has come.
    private boolean isHere() {
        if (turns == null) {
            return false;
        }
        if (!lineIsHere) {
            throw new IllegalStateException("a second ordered step, or another wait, in one turn");
        }
        lineIsHere = false;
        return true;
    }

    @Override
    void written(Word w) {
        if (w.waiters != null) {
            engine.wake(w, ticks);
        }
    }

    // --- waiting -----------------------------------------------------------------------------

    @Override
    public long await(Word w, long mask, long expect) {
        return waitFor(w, mask, expect, false, false, EventTree.NEVER);
    }

    @Override
    public long awaitChange(Word w, long seen) {
        return waitFor(w, -1, seen, true, false, EventTree.NEVER);
    }

    @Override
    public long block(Word w, long mask, long expect) {
        LockDep.mightSleep(this);
        return waitFor(w, mask, expect, false, true, EventTree.NEVER);
    }

    @Override
    public long blockChange(Word w, long seen) {
        LockDep.mightSleep(this);
        return waitFor(w, -1, seen, true, true, EventTree.NEVER);
    }

    @Override
    public long blockFor(Word w, long mask, long expect, long nanos) {
        LockDep.mightSleep(this);
        long bounded = Math.clamp(nanos, 0, FOREVER_NANOS);
        long deadline = ticks + bounded * CostModel.TICKS_PER_NANO;
        return waitFor(w, mask, expect, false, true, deadline);
    }

    private long waitFor(
            Word w, long mask, long expect, boolean change, boolean asleep, long deadline) {
        waiting.expects(mask, expect, change, asleep);
        for (; ; ) {
            fetch(w);
            long value = w.value;
            if (waiting.wantsToSee(value) || ticks >= deadline) {
                return value;
            }
            engine.waitOn(this, w, deadline);
        }
    }

    /// Whether this CPU sleeps, with or without a deadline.
    boolean isAsleep() {
        return switch (state) {
            case WAITING -> waiting.asleep;
            case TIMED, SLEEPING -> true;
            case RUNNING, READY, QUEUED, DONE -> false;
        };
    }

    @Override
    public void sleep(long nanos) {
        LockDep.mightSleep(this);
        if (nanos <= 0) {
            return;
        }
        engine.checkSleep(this);
        drain();
        sleepStart = ticks;
        TaskState.sleeps(this, true);
        sched.sleeps();
        ticks += Math.min(nanos, FOREVER_NANOS) * CostModel.TICKS_PER_NANO;
        if (ticks > limit) {
            park(Activity.SLEEPING, key());
        }
        sched.wakes();
        TaskState.sleeps(this, false);
    }

    @Override
    public void sleepUnless(Word w, long mask, long expect, long nanos) {
        LockDep.mightSleep(this);
        if (nanos <= 0 || (w.value & mask) == expect) {
            return;
        }
        engine.checkSleep(this);
        drain();
        long deadline = ticks + Math.min(nanos, FOREVER_NANOS) * CostModel.TICKS_PER_NANO;
        if (deadline <= limit && !engine.isAnybodyQueued()) {
            TaskState.sleeps(this, true);
            ticks = deadline;
            TaskState.sleeps(this, false);
            return;
        }
        waiting.expects(mask, expect, false, true);
        engine.waitOn(this, w, deadline);
    }

    @Override
    public int foldable(Cost cost, int atMost) {
        long room = Math.min(slabLimit, sched.sliceEnd) - ticks;
        if (room < 0) {
            return 0;
        }
        long each = speeds.table[cost.ordinal()];
        return each == 0 ? atMost : (int) Math.min(room / each, atMost);
    }

    @Override
    public @Nullable CallTree callTree() {
        if (tree != null && state == Activity.RUNNING) {
            tree.flush(ticks);
        }
        return tree;
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

    /// It is in no interruptible section any more.
    void leaveSection() {
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
        interruptions.checkOutside();
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
