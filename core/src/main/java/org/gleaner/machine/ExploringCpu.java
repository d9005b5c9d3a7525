package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// A hardware thread of an [ExploringEngine], and the life of the actor on it: it says what it will
/// do next, waits until the schedule gives it the turn, and does it.
///
/// | part | keeps |
/// |---|---|
/// | [SteppingCpu] | that every access to shared memory is a step |
/// | [Stepping] | what a step is: said, waited for, done and told of |
/// | [Polling] | which loads repeat the one before a sleep |
/// | [LocalMemory] | memory as this CPU sees it: its stores to come, and what it may see of the past |
/// | [MailboxSteps] | requests and sections |
/// | [Spinning] | what it reads in a loop that only others can end |
///
/// Time does not pass here: what would charge it at most ends a turn of such a loop.
final class ExploringCpu extends SteppingCpu {
    /// Of one CPU in one run, where nobody waits: each is a chance for others, and they would never
    /// end.
    private static final int MOST_YIELDS = 3;

    final boolean daemon;
    final Coroutine coroutine;
    final Spinning spinning = new Spinning();

    boolean done;

    /// Has not come to its first step yet.
    boolean fresh = true;

    private final Actor body;
    private final MailboxSteps mailboxes;

    private int yields;
    private boolean yielding;

    ExploringCpu(ExploringEngine engine, int id, String name, Actor body, boolean daemon) {
        super(engine, id, name);
        this.body = body;
        this.daemon = daemon;
        mailboxes = new MailboxSteps(this, steps, memory);
        lockDep = LockDep.ARMED && engine.checksLocks() ? new LockDep() : null;
        coroutine = Coroutines.CONTINUATION.create(name, this::runBody);
    }

    /// A run begins; what was done while nobody ran is no history of it.
    ///
    /// @param weak what it may see of the past, or null where memory is not weak
    void beginRun(int lanes, @Nullable WeakView weak) {
        spinning.forgive();
        steps.polling.awake();
        memory.beginRun(lanes, weak);
    }

    private void runBody() {
        try {
            body.run(this);
            LockDep.checkIdle(this);
            memory.settle();
        } catch (Throwable failure) {
            engine.failed(this, failure);
        }
        engine.finished(this);
    }

    // --- waiting -----------------------------------------------------------------------------

    @Override
    public long await(Word w, long mask, long expect) {
        return steps.await(w, Step.Wait.EQUAL, mask, expect);
    }

    @Override
    public long awaitChange(Word w, long seen) {
        return steps.await(w, Step.Wait.CHANGE, -1, seen);
    }

    @Override
    public long block(Word w, long mask, long expect) {
        LockDep.mightSleep(this);
        return steps.await(w, Step.Wait.EQUAL, mask, expect);
    }

    @Override
    public long blockChange(Word w, long seen) {
        LockDep.mightSleep(this);
        return steps.await(w, Step.Wait.CHANGE, -1, seen);
    }

    /// The time may always be over already.
    @Override
    public long blockFor(Word w, long mask, long expect, long nanos) {
        LockDep.mightSleep(this);
        return load(w);
    }

    @Override
    public void sleep(long nanos) {
        LockDep.mightSleep(this);
        steps.polling.slept(nanos);
    }

    // --- loops that others end ---------------------------------------------------------------

    /// An exit to the host, or a fault of it, ends one turn of the only loops that wait without a
    /// word to wait for; an access that gets through ends the loop.
    @Override
    public void charge(Cost cost) {
        if (cost == Cost.VMEXIT || cost == Cost.HOST_FAULT) {
            spinning.turn();
        } else if (cost == Cost.GUEST_HIT) {
            spinning.forgive();
        }
    }

    @Override
    public void chargeNanos(long nanos) {
        spinning.turn();
    }

    @Override
    public void relax() {
        if (!yielding) {
            spinning.turn();
        }
        yielding = false;
    }

    @Override
    public boolean yieldsIf(boolean contended) {
        yielding = !contended && engine.yieldsAlways() && yields < MOST_YIELDS;
        yields += yielding ? 1 : 0;
        return contended || yielding;
    }

    // --- time --------------------------------------------------------------------------------

    /// The steps taken so far.
    @Override
    public long now() {
        return engine.taken();
    }

    @Override
    public int foldable(Cost cost, int limit) {
        return 0;
    }

    /// Nothing by itself: what follows is a step here, whatever it is.
    @Override
    public void step() {}

    // --- interrupts --------------------------------------------------------------------------

    @Override
    public long enterInterruptible(Mailbox box) {
        section = box;
        return mailboxes.moveSection(box);
    }

    @Override
    public void exitInterruptible(Mailbox box) {
        section = null;
        mailboxes.moveSection(box);
    }

    @Override
    public long pendingRequests(Mailbox box) {
        return mailboxes.pending(box);
    }

    @Override
    public long takeRequests(Mailbox box) {
        return mailboxes.take(box);
    }

    @Override
    public void interrupt(Mailbox[] boxes, int n, long request) {
        checkOutside();
        mailboxes.send(boxes, n, request);
    }
}
