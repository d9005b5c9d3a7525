package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// A hardware thread and the task on it, first argument of all kernel-like code and its only way to
/// shared memory. In virtual time several of them may take turns on one ([RunQueues]).
///
/// ## Steps
///
/// Everything that another CPU may touch is one of three things:
///
/// - a [Word]: a lock, a counter, a line of its own. Every access is an *ordered step*.
/// - an entry of a *slab*, a `long[]` such as a page-table page. Access through this class too;
///   also ordered steps.
/// - data behind a lock (list links, counters of an lruvec). Plain access, by the holder only.
///
/// What an ordered step means is the engine's choice. On real threads it is just the atomic. In
/// virtual time the CPU yields until it is the earliest of all, so that shared changes happen in
/// (time, id) order. Exploring, it is the point where the schedule may go elsewhere. Kernel-like
/// code must not be able to tell which; in particular it must not keep a shared value across a step
/// and rely on it.
///
/// | method | order | pairs with |
/// |---|---|---|
/// | `load` | acquire | `store`, any read-modify-write |
/// | `store` | release | `load` |
/// | `cas`, `swap`, `fetch...` | full (volatile) | all |
/// | `peek` | acquire, not a step | `store`, any read-modify-write; what it saw may be gone |
/// | `publish` | release then full fence, not a step | the reader's ordered step (RCU, vCPU mode) |
/// | `fence` | full fence, not a step | `publish`, or another fence |
///
/// A few things that are shared are not words: a reference to an immutable list, the words of a
/// table before it is linked and after it was freed. They are accessed as Java has them, and the
/// access is *declared* by [#reads] or [#writes] right before it. That costs nothing where it means
/// nothing; an exploring engine makes it a step.
///
/// ## Waiting
///
/// [#await] spins (a queued lock, a completion that is near); [#block] sleeps and must not be
/// called while a spinning lock is held. Both return the value that ended the wait. Virtual time
/// wakes a waiter when the word is written, and charges the wait to it.
///
/// ## Time
///
/// [#charge] adds private work; it never yields. Only virtual time has a clock that it moves, and
/// call trees: elsewhere it adds nothing, and on real threads [#now] is `System.nanoTime`. A step
/// on a slab word takes no time of its own, so a loop that retries one must charge something in
/// each turn, or virtual time never lets anybody else go first.
public abstract class Cpu {
    /// From 0, in order of creation but for [Engine#daemonAt]; indexes per-CPU arrays.
    public final int id;

    /// For people: `vcpu3`, `kswapd0`.
    public final String name;

    /// Lock-order checking state, or null where it is not armed.
    public @Nullable LockDep lockDep;

    /// How it has used locks, or null where nobody counts.
    public @Nullable LockUse lockUse;

    /// Its way into the spin lock that it is about to take.
    final QueuedSpinLock.Entry entry = new QueuedSpinLock.Entry();

    /// What its task is at, or null where nobody wants to know.
    @Nullable TaskState task;

    /// The mailbox whose section it is in, or null.
    @Nullable Mailbox section;

    /// Who is told of tracepoints, or null.
    @Nullable Tracer tracer;

    protected Cpu(int id, String name) {
        this.id = id;
        this.name = name;
    }

    // --- words -------------------------------------------------------------------------------

    public abstract long load(Word w);

    public abstract void store(Word w, long value);

    public abstract boolean cas(Word w, long expect, long update);

    /// As [#cas]; returns the value before, which is `expect` if it was replaced.
    public abstract long casOrSeen(Word w, long expect, long update);

    /// Returns the value before.
    public abstract long fetchAdd(Word w, long delta);

    /// Returns the value before.
    public abstract long fetchOr(Word w, long bits);

    /// Returns the value before. Clears every bit that is 0 in `mask`.
    public abstract long fetchAnd(Word w, long mask);

    /// Returns the value before.
    public abstract long swap(Word w, long value);

    /// As [#swap], of the bits that are 1 in `mask` alone; `bits` has no others.
    public long swapBits(Word w, long mask, long bits) {
        for (; ; ) {
            long before = peek(w);
            if (cas(w, before, before & ~mask | bits)) {
                return before;
            }
        }
    }

    /// Spins until `(w & mask) == expect`; returns the whole value seen then.
    public abstract long await(Word w, long mask, long expect);

    /// Spins until the value differs from `seen`; returns it.
    public abstract long awaitChange(Word w, long seen);

    /// Sleeps until `(w & mask) == expect`; returns the whole value seen then.
    public abstract long block(Word w, long mask, long expect);

    /// Sleeps until the value differs from `seen`; returns it.
    public abstract long blockChange(Word w, long seen);

    /// As [#block], at most `nanos` long; returns the value at the end, whichever end it was.
    public abstract long blockFor(Word w, long mask, long expect, long nanos);

    /// A racy hint: may be stale, is no step and costs nothing.
    public abstract long peek(Word w);

    /// Writes a word whose value nobody acts on, a statistic or an owner's name. What is left of
    /// that is the traffic: in virtual time the word's line comes, in other engines nothing
    /// happens.
    public void touch(Word w) {}

    /// Takes the turns of `code` up to its end.
    public void perform(Turns code) {
        boolean more = true;
        while (more) {
            more = code.turn(this);
        }
    }

    /// As [#await], of a turn of `code`, which finds in [Turns#seen] what ended the wait; or false,
    /// and that turn is to be taken again.
    boolean awaits(Turns code, Word w, long mask, long expect) {
        code.seen = await(w, mask, expect);
        return true;
    }

    /// As [#awaitChange], in the same way.
    boolean awaitsChange(Turns code, Word w, long seen) {
        code.seen = awaitChange(w, seen);
        return true;
    }

    // --- slabs -------------------------------------------------------------------------------

    public abstract long load(long[] slab, int i);

    public abstract void store(long[] slab, int i, long value);

    public abstract boolean cas(long[] slab, int i, long expect, long update);

    /// Returns the value before.
    public abstract long fetchAdd(long[] slab, int i, long delta);

    /// Returns the value before.
    public abstract long fetchOr(long[] slab, int i, long bits);

    /// Returns the value before. Clears every bit that is 0 in `mask`.
    public abstract long fetchAnd(long[] slab, int i, long mask);

    /// Returns the value before.
    public abstract long swap(long[] slab, int i, long value);

    /// Exchanges `expect` for `update` in the first of the `n` slab words from `slab[i]` on, up to
    /// the one that does not hold it; returns how many. None by default: the caller goes on with
    /// [#swap], one by one. An exploring engine takes them all in one step, for words of which
    /// nobody minds in which order they change.
    public int swapRun(long[] slab, int i, int n, long expect, long update) {
        return 0;
    }

    /// A racy hint: may be stale, is no step and costs nothing.
    public abstract long peek(long[] slab, int i);

    /// Whether a peek is no more than a read of memory that nobody else changes meanwhile: then
    /// what was found by peeking may be kept for the next time, until it changes.
    public boolean peeksFreely() {
        return false;
    }

    /// Stores a word that only this CPU writes, and makes it visible before anything that follows
    /// (the store and full barrier of an RCU or guest-mode entry). No step: the readers of such
    /// words must be right whichever side of it they see.
    public abstract void publish(long[] slab, int i, long value);

    // --- beside the words ----------------------------------------------------------------------

    /// Everything before comes before everything after, for all CPUs (`smp_mb`). No step.
    public abstract void fence();

    /// Declares that the next access orders no more than this, where its method promises more: what
    /// the kernel that is followed relies on there. Java keeps the promise; an exploring engine
    /// with weak memory takes it at its word.
    public void only(MemoryOrder order) {}

    /// Declares that the next write of a word is a store that hardware buffers: it writes a byte or
    /// a word of its own, whatever is around it in the [Word] here. In virtual time this CPU goes
    /// on with its own work while the line comes.
    public void plainly() {}

    /// Declares that this CPU is about to read something shared that is no word, known by the
    /// object that holds it.
    public void reads(Object state) {}

    /// Declares that this CPU is about to read `n` slab words from `slab[i]` on, all as they are
    /// now: it takes no step, and nobody else does, until it has.
    public void reads(long[] slab, int i, int n) {}

    /// Declares that this CPU is about to change something shared that is no word.
    public void writes(Object state) {}

    /// Declares that this CPU is about to overwrite `n` slab words from `slab[i]` on by plain
    /// stores.
    public void writes(long[] slab, int i, int n) {}

    // --- time --------------------------------------------------------------------------------

    /// Adds one occurrence of private work.
    public void charge(Cost cost) {}

    /// Adds one occurrence of private work that takes longer at one time than at another, where
    /// other CPUs are at work; [#charge] on average.
    public void chargeVarying(Cost cost) {
        charge(cost);
    }

    /// Adds `n >= 0` occurrences of private work.
    public void charge(Cost cost, long n) {}

    /// Adds `nanos >= 0` of private work that no constant names (a workload's own think time).
    public void chargeNanos(long nanos) {}

    /// Nanoseconds since the engine started.
    public abstract long now();

    /// Sleeps; must not be called while a spinning lock is held. Returns at once if `nanos <= 0`.
    public abstract void sleep(long nanos);

    /// As [#sleep], but ends as soon as `(w & mask) == expect` (`schedule_timeout_killable`). To
    /// look at the word is no step and costs nothing: until it is written this is a plain sleep.
    public void sleepUnless(Word w, long mask, long expect, long nanos) {
        if (nanos > 0) {
            blockFor(w, mask, expect, nanos);
        }
    }

    /// How many more occurrences of `cost` this CPU may take before another actor could act, at
    /// least 0 and at most `limit`. A hot loop of private hits folds that many into one [#charge]
    /// and so yields exactly what single steps would. Real threads answer a small constant.
    public abstract int foldable(Cost cost, int limit);

    /// A bare ordered step, for code that has folded private work and now reads shared state.
    public abstract void step();

    /// One turn of a loop that goes on only when others do something (`cpu_relax`).
    public void relax() {}

    /// Whether somebody else is to have the hardware thread now, and this task is to get to a
    /// [#condResched] soon (`need_resched`). No step, and no time.
    public boolean needsResched() {
        return false;
    }

    /// How much of `nanos` of work that may be interrupted this task does before it is to look
    /// whether [#needsResched]: all of it, if nobody can come to want the hardware thread. No step,
    /// and no time.
    public long untilResched(long nanos) {
        return nanos;
    }

    /// Whether this daemon serves nobody any more and is to end soon (`kthread_should_stop`): those
    /// whom it would wait for may have ended already. No step, and no time.
    public boolean shouldStop() {
        return false;
    }

    /// A point at which the task may lose its hardware thread to another that waits for it
    /// (`cond_resched`): it holds no spinning lock, and is not in its guest. Only virtual time has
    /// fewer of them than tasks.
    public void condResched() {}

    /// One turn of a loop that goes on only when others do something, of a task that holds no
    /// spinning lock and is not in its guest: [#relax], and [#condResched].
    public final void standAside() {
        relax();
        condResched();
    }

    /// Whether a holder lets others have its lock for a moment, which is `contended` or not: also
    /// where it [#needsResched], and an exploring engine can be told to do so always. Once it has
    /// let go of the lock it is at a point for [#condResched].
    public boolean yieldsIf(boolean contended) {
        return contended;
    }

    /// Nanoseconds for which its task would have run and had no hardware thread (`run_delay` of
    /// `/proc/PID/schedstat`; a guest's steal time); 0 where each has one.
    public long runDelayNanos() {
        return 0;
    }

    // --- call tree ---------------------------------------------------------------------------

    /// Opens a frame in this actor's call tree.
    public void enter(KernelFunction f) {}

    /// Closes the innermost frame.
    public void exit() {}

    /// Inclusive and exclusive virtual time per kernel function, or null on an engine without it.
    public @Nullable CallTree callTree() {
        return null;
    }

    // --- interrupts --------------------------------------------------------------------------

    /// Enters a section in which [#interrupt] reaches this CPU (guest mode) on behalf of `box`, and
    /// returns the requests posted there before. The caller must serve them; a request posted later
    /// is seen by [#pendingRequests]. A CPU is in one section at a time, and may have any number of
    /// boxes.
    public abstract long enterInterruptible(Mailbox box);

    /// Leaves the section: after this an [#interrupt] only posts, and waits for nothing here.
    public abstract void exitInterruptible(Mailbox box);

    /// The requests posted to `box` and not taken. Cheap; to be polled inside the section before
    /// every access that a request would forbid, with no charge between. In virtual time the poll
    /// is an ordered step, so that nobody acts between it and the access; on real threads the
    /// sender waits for the next poll that takes.
    public abstract long pendingRequests(Mailbox box);

    /// Takes (clears and returns) all requests posted to `box`.
    public abstract long takeRequests(Mailbox box);

    /// Posts `request` bits to `boxes[0]` to `boxes[n - 1]`, sends an interrupt to the CPU of each
    /// whose section that CPU is in, and waits until each of those has left it or served the
    /// request (`kvm_make_all_cpus_request` with wait). Never waits for this CPU itself.
    ///
    /// @throws IllegalStateException if this CPU is in a section of its own
    public abstract void interrupt(Mailbox[] boxes, int n, long request);

    /// @throws IllegalStateException if this CPU is in a section of its own
    final void checkOutside() {
        if (section != null) {
            throw new IllegalStateException(
                    this + " interrupts others from its interruptible section");
        }
    }

    /// As [#interrupt], by an instruction that all processors obey and none is interrupted for:
    /// each of those in its section serves the request before its next access. The sender waits
    /// until all have heard it, one sender after another.
    public void broadcast(Mailbox[] boxes, int n, long request) {
        interrupt(boxes, n, request);
    }

    /// Issues so many invalidations that all processors obey, of translations that nothing here
    /// keeps, and waits until all have heard them. What is left of that is the time, which only
    /// virtual time has.
    public void broadcast(int invalidations) {}

    @Override
    public final String toString() {
        return name;
    }
}
