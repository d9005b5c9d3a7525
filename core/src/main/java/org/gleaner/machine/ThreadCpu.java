package org.gleaner.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A hardware thread that is a platform thread: every step is just its atomic.
///
/// ## How it works
///
/// Words are reached through [Word#VALUE], slab entries through the VarHandle of `long[]`, in the
/// modes that [Cpu] promises. A wait is a loop over an acquire load whose turns are [ThreadWait]'s.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `Word.value` | any CPU | release or volatile | any CPU | acquire or volatile | each other |
/// | slab entry | any CPU | release or volatile | any CPU | acquire or volatile | each other; what `peek` saw may be gone |
/// | slab entry, published | its CPU | release, then full fence | others | acquire or volatile | their own full fence or grace period |
/// | requests and section | see [Mailbox] | | | | |
/// | [ThreadEngine#phase] | run loop, a failing actor | volatile | wait loops | volatile | nothing: late is fine |
///
/// ## Races that are allowed
///
/// `peek` may be stale. Interrupts: see [Mailbox].
final class ThreadCpu extends Cpu {
    private static final VarHandle SLAB = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int FOLD = 64;

    /// Stands for the answer to an interrupt where one is waited for.
    private static final Word ANSWER = new Word();

    /// Frames of a stack that are shown of an actor that does not get on.
    private static final int FRAMES = 8;

    final ThreadEngine engine;
    final boolean daemon;

    private final Actor body;
    private final ThreadWait wait;

    private @Nullable Thread thread;
    private boolean done;

    ThreadCpu(ThreadEngine engine, int id, String name, Actor body, boolean daemon) {
        super(id, name);
        lockDep = LockDep.ARMED ? new LockDep() : null;
        lockUse = new LockUse(null);
        this.engine = engine;
        wait = new ThreadWait(engine);
        this.body = body;
        this.daemon = daemon;
    }

    /// Starts the thread; called once.
    void start() {
        Thread t = Thread.ofPlatform().name(name).daemon(true).unstarted(this::runBody);
        thread = t;
        t.start();
    }

    /// Not started yet; asked by the engine under its lock, as is [#isDone].
    boolean isNew() {
        return thread == null;
    }

    boolean isDone() {
        return done;
    }

    /// The engine has counted this CPU out.
    void setDone() {
        done = true;
    }

    /// Whether it waits or sleeps.
    boolean isIdle() {
        return wait.isUnderWay();
    }

    /// Waits that took long and are over.
    int waitsEnded() {
        return wait.ended();
    }

    /// What it does, for people: what it waits for, and where.
    String describe() {
        StringBuilder text = new StringBuilder(name).append(wait.describe());
        Thread t = thread;
        StackTraceElement[] frames = t == null ? new StackTraceElement[0] : t.getStackTrace();
        int shown = 0;
        for (StackTraceElement frame : frames) {
            boolean own = frame.getClassName().equals(ThreadCpu.class.getName());
            if (frame.getClassName().startsWith("org.gleaner.") && !own && shown++ < FRAMES) {
                text.append("\n        in ").append(frame);
            }
        }
        return text.toString();
    }

    void unpark() {
        LockSupport.unpark(thread);
    }

    private void runBody() {
        try {
            body.run(this);
        } catch (Stop expected) {
            // The engine asked for it.
        } catch (Throwable failure) {
            engine.failed(this, failure);
        } finally {
            if (section != null) {
                // Whatever ended the actor, nobody may wait for it to leave its section.
                section.leave();
            }
            engine.finished(this);
        }
    }

    // --- words -------------------------------------------------------------------------------

    @Override
    public long load(Word w) {
        return (long) Word.VALUE.getAcquire(w);
    }

    @Override
    public void store(Word w, long value) {
        Word.VALUE.setRelease(w, value);
    }

    @Override
    public boolean cas(Word w, long expect, long update) {
        return Word.VALUE.compareAndSet(w, expect, update);
    }

    @Override
    public long casOrSeen(Word w, long expect, long update) {
        return (long) Word.VALUE.compareAndExchange(w, expect, update);
    }

    @Override
    public long fetchAdd(Word w, long delta) {
        return (long) Word.VALUE.getAndAdd(w, delta);
    }

    @Override
    public long fetchOr(Word w, long bits) {
        return (long) Word.VALUE.getAndBitwiseOr(w, bits);
    }

    @Override
    public long fetchAnd(Word w, long mask) {
        return (long) Word.VALUE.getAndBitwiseAnd(w, mask);
    }

    @Override
    public long swap(Word w, long value) {
        return (long) Word.VALUE.getAndSet(w, value);
    }

    @Override
    public long peek(Word w) {
        return (long) Word.VALUE.getAcquire(w);
    }

    @Override
    public void fence() {
        VarHandle.fullFence();
    }

    // --- waiting -----------------------------------------------------------------------------

    @Override
    public long await(Word w, long mask, long expect) {
        for (int turn = 0; ; turn++) {
            long value = (long) Word.VALUE.getAcquire(w);
            if ((value & mask) == expect) {
                wait.over(turn);
                return value;
            }
            wait.spin(w, turn);
        }
    }

    @Override
    public long awaitChange(Word w, long seen) {
        for (int turn = 0; ; turn++) {
            long value = (long) Word.VALUE.getAcquire(w);
            if (value != seen) {
                wait.over(turn);
                return value;
            }
            wait.spin(w, turn);
        }
    }

    @Override
    public long block(Word w, long mask, long expect) {
        LockDep.mightSleep(this);
        for (int turn = 0; ; turn++) {
            long value = (long) Word.VALUE.getAcquire(w);
            if ((value & mask) == expect) {
                wait.over(turn);
                return value;
            }
            wait.doze(w, turn, Long.MAX_VALUE);
        }
    }

    @Override
    public long blockChange(Word w, long seen) {
        LockDep.mightSleep(this);
        for (int turn = 0; ; turn++) {
            long value = (long) Word.VALUE.getAcquire(w);
            if (value != seen) {
                wait.over(turn);
                return value;
            }
            wait.doze(w, turn, Long.MAX_VALUE);
        }
    }

    @Override
    public long blockFor(Word w, long mask, long expect, long nanos) {
        LockDep.mightSleep(this);
        long start = System.nanoTime();
        for (int turn = 0; ; turn++) {
            long value = (long) Word.VALUE.getAcquire(w);
            long left = nanos - (System.nanoTime() - start);
            if ((value & mask) == expect || left <= 0) {
                wait.over(turn);
                return value;
            }
            wait.doze(w, turn, left);
        }
    }

    @Override
    public void sleep(long nanos) {
        LockDep.mightSleep(this);
        if (nanos <= 0) {
            return;
        }
        long start = System.nanoTime();
        wait.setAsleep(true);
        for (long left = nanos; left > 0; left = nanos - (System.nanoTime() - start)) {
            engine.checkSleep();
            LockSupport.parkNanos(left);
        }
        wait.setAsleep(false);
    }

    @Override
    public boolean shouldStop() {
        return daemon && !engine.isRunning();
    }

    // --- slabs -------------------------------------------------------------------------------

    @Override
    public long load(long[] slab, int i) {
        return (long) SLAB.getAcquire(slab, i);
    }

    @Override
    public void store(long[] slab, int i, long value) {
        SLAB.setRelease(slab, i, value);
    }

    @Override
    public boolean cas(long[] slab, int i, long expect, long update) {
        return SLAB.compareAndSet(slab, i, expect, update);
    }

    @Override
    public long fetchAdd(long[] slab, int i, long delta) {
        return (long) SLAB.getAndAdd(slab, i, delta);
    }

    @Override
    public long fetchOr(long[] slab, int i, long bits) {
        return (long) SLAB.getAndBitwiseOr(slab, i, bits);
    }

    @Override
    public long fetchAnd(long[] slab, int i, long mask) {
        return (long) SLAB.getAndBitwiseAnd(slab, i, mask);
    }

    @Override
    public long swap(long[] slab, int i, long value) {
        return (long) SLAB.getAndSet(slab, i, value);
    }

    @Override
    public long peek(long[] slab, int i) {
        return (long) SLAB.getAcquire(slab, i);
    }

    @Override
    public void publish(long[] slab, int i, long value) {
        SLAB.setRelease(slab, i, value);
        // Keeps what follows from being done before the word is seen; pairs with the full fence or
        // read-modify-write by which the reader announces what it waits for.
        VarHandle.fullFence();
    }

    // --- time --------------------------------------------------------------------------------

    @Override
    public long now() {
        return engine.now();
    }

    @Override
    public int foldable(Cost cost, int limit) {
        return Math.min(limit, FOLD);
    }

    @Override
    public void step() {
        engine.checkStep();
    }

    @Override
    public void relax() {
        Thread.onSpinWait();
    }

    // --- interrupts --------------------------------------------------------------------------

    @Override
    public long enterInterruptible(Mailbox box) {
        engine.checkStep();
        section = box;
        return box.enter();
    }

    @Override
    public void exitInterruptible(Mailbox box) {
        section = null;
        box.leave();
    }

    @Override
    public long pendingRequests(Mailbox box) {
        return box.pending();
    }

    @Override
    public long takeRequests(Mailbox box) {
        engine.checkStep();
        long taken = box.take();
        if (taken != 0 && engine.crowded()) {
            // The sender, or another target it waits for, may need this core. A yield is not
            // enough, for the host's scheduler tends to pick the yielding thread again until its
            // slice is used up.
            LockSupport.parkNanos(1);
        }
        return taken;
    }

    @Override
    public void interrupt(Mailbox[] boxes, int n, long request) {
        checkOutside();
        for (int i = 0; i < n; i++) {
            boxes[i].post(request);
        }
        for (int i = 0; i < n; i++) {
            Mailbox box = boxes[i];
            if (box.cpu != this) {
                long seen = box.section();
                int turn = 0;
                for (; box.mustWait(seen, request); turn++) {
                    wait.spin(ANSWER, turn);
                }
                wait.over(turn);
            }
        }
    }
}
