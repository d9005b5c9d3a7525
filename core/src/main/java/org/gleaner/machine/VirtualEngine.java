package org.gleaner.machine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Up to 4,096 CPUs in virtual time on one host thread: exact, and repeatable to the bit.
///
/// ## How it works
///
/// Every CPU is a coroutine with a clock of its own. Private work only moves that clock. An
/// *ordered step* may be taken only by the CPU whose key `(time, slot)` is the smallest of all
/// runnable ones; any other parks its key in a tournament ([EventTree]) and hands the host thread
/// back. So shared changes happen in non-decreasing order of keys, and none of them needs an
/// atomic.
///
/// A CPU is dispatched with its *horizon*: the smallest key of all others, turned into the latest
/// time at which it still wins against that key. Until its clock passes the horizon, a step is one
/// compare. The horizon stays valid because nobody else can act meanwhile; the one thing that can
/// create an earlier key is the running CPU itself, by waking or spawning another, and then its
/// horizon is lowered on the spot.
///
/// Ties of time are broken by slot, a permutation of ids drawn from the seed, so that low ids have
/// no lasting advantage and another seed is another, equally likely, run.
///
/// ## Waiting
///
/// Spinning is not simulated: a waiter leaves the tournament and joins the ring of its word. A
/// write that ends its wait brings it back at the time the write was complete (a sleeper: later by
/// a wake-up, once it is off its CPU) and its next act is to load the word, paying the transfer.
/// Several that one write wakes come back a tick apart in the order in which they came. A waiter
/// that finds the value changed again waits again. Nothing is ever granted ahead of time: a lock
/// that is free in a CPU's future is not taken in the present.
///
/// ## Turns
///
/// A coroutine that is left and gone on with costs the host some 200 ns, a step some five. So code
/// that is nothing but steps, the way into a contended lock, comes as [Turns], and its CPU takes
/// part in the tournament as ever; but whoever has the host thread when its key is the smallest,
/// the loop or another CPU that has just parked, takes the turn for it. Keys, their order and all
/// costs are those of the same code on a stack. Only the stacks differ: a CPU goes on with its own
/// where its turns have ended, and one that has parked need not leave its stack at all if nothing
/// but turns comes before it. In the same way a line is asked for, on behalf of a CPU that has
/// parked before an access to a [Word]. Both are an [Errand] of the CPU.
///
/// ## Interrupts
///
/// An interrupt is one step of the sender. It posts, moves the clock of every target that is in its
/// interruptible section by what a victim loses, and returns without waiting. That is sound because
/// polling and taking requests are ordered too: between a poll and the access after it no time
/// passes, hence no other CPU acts; whoever polls before each access sees every request posted
/// before it.
///
/// ## The end
///
/// When the last spawned actor has returned, a daemon is stopped as soon as it sleeps or blocks;
/// one that is in the middle of work may finish it first. After a failure or a deadlock everyone is
/// unwound at once: steps no longer yield and waits throw, so that `finally` blocks run.
///
/// ## Host order
///
/// | word | writer | reader | order |
/// |---|---|---|---|
/// | all state of actors, words, slabs | the actor that runs | the actor that runs next | one host thread, or the coroutine's hand-over |
/// | [#now] | scheduler | any thread | racy, for progress reports only |
///
/// With `slabSlackNanos > 0` slab steps may be out of order by at most that much; words never are.
public final class VirtualEngine implements Engine {
    static final int SLOT_BITS = Roster.SLOT_BITS;

    private static final long FNV_OFFSET = 0xcbf2_9ce4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01b3L;

    /// The last moment that fits into a key.
    private static final long LAST_NANOS =
            (Long.MAX_VALUE >>> SLOT_BITS) / CostModel.TICKS_PER_NANO;

    /// How long daemons may go on with what they are at once nobody needs them: 1 s.
    private static final long DRAIN_TICKS = 1_000_000_000L * CostModel.TICKS_PER_NANO;

    private enum Phase {
        /// Spawned actors remain.
        RUNNING,
        /// Only daemons remain; each ends where it next sleeps.
        DRAINING,
        /// Everyone is unwound.
        ABORTING
    }

    final VirtualOptions options;
    final LineModel lines;
    final BroadcastServer broadcasts;
    final Speeds speeds;
    final long slack;
    final EventTree events = new EventTree();
    final long[] lockWaits = new long[LockUse.WAITS];

    private final CostModel costs;
    private final Roster roster;

    /// Null if every task has a CPU of its own.
    private final @Nullable RunQueues queues;

    final long switchTicks;
    private final long wakeTicks;
    private final long hangTicks;

    private Phase phase = Phase.RUNNING;
    private @Nullable VirtualCpu running;

    /// Whose turns have ended on the stack of another, and who goes on as soon as that is free.
    private @Nullable VirtualCpu handedOver;

    private @Nullable Throwable failure;
    private int spawnedLeft;
    private int left;
    private long lastKey;
    private long lastSpawnedTicks;
    private long endTicks;
    private long drainedAt;
    private long hash = FNV_OFFSET;
    private long switches;

    /// Of the CPUs to come.
    @Nullable Tracer tracer;

    private @Nullable Observer observer;

    /// The first dispatch from this key on is looked at.
    private long observeFrom = EventTree.NEVER;

    private long resumes;

    /// An engine whose CPUs pay `costs`. It may be run again after new actors were added: time goes
    /// on.
    public VirtualEngine(CostModel costs, VirtualOptions options) {
        this.costs = costs;
        this.options = options;
        speeds = new Speeds(costs, options.topology());
        lines = new LineModel(costs, options.topology(), speeds);
        broadcasts = new BroadcastServer(costs);
        slack = options.slabSlackNanos() * CostModel.TICKS_PER_NANO;
        switchTicks = costs.ticks(Cost.CTX_SWITCH);
        wakeTicks = costs.ticks(Cost.WAKE);
        hangTicks = Math.multiplyExact(options.hangNanos(), CostModel.TICKS_PER_NANO);
        roster = new Roster(options.seed());
        long cpus = options.topology().cpus();
        queues =
                cpus >= MOST_CPUS
                        ? null
                        : new RunQueues(
                                this, (int) cpus, options.sliceNanos() * CostModel.TICKS_PER_NANO);
    }

    @Override
    public Cpu spawn(String name, Actor body) {
        spawnedLeft++;
        return add(roster.nextId(), name, body, false, queues);
    }

    @Override
    public Cpu daemon(String name, Actor body) {
        return add(roster.nextId(), name, body, true, queues);
    }

    @Override
    public Cpu daemonAt(int id, String name, Actor body) {
        return add(id, name, body, true, queues);
    }

    @Override
    public Cpu device(String name, Actor body) {
        return add(roster.nextId(), name, body, true, null);
    }

    private Cpu add(int id, String name, Actor body, boolean daemon, @Nullable RunQueues queuedIn) {
        VirtualCpu by = running;
        long start = by != null ? by.ticks : endTicks;
        VirtualCpu cpu =
                new VirtualCpu(this, id, name, body, daemon, roster.slotOf(id), start, queuedIn);
        roster.add(cpu);
        speeds.begin();
        left++;
        events.grow(id + 1);
        makeReady(cpu);
        return cpu;
    }

    // --- the loop ----------------------------------------------------------------------------

    @Override
    public void run() {
        options.coroutines().host(this::loop);
        if (failure != null) {
            throw FailedIn.<RuntimeException>rethrow(failure);
        }
    }

    private void loop() {
        phase = Phase.RUNNING;
        if (spawnedLeft == 0) {
            drain();
        }
        while (left > 0) {
            long key = events.min();
            if (key == EventTree.NEVER) {
                if (phase == Phase.RUNNING) {
                    failure = new Deadlock("every actor waits: " + roster.describeWaiting());
                }
                abort();
                return;
            }
            VirtualCpu cpu = roster.withKey(key);
            if (!cpu.daemon) {
                lastSpawnedTicks = key >>> SLOT_BITS;
            } else if (daemonsRunAlone(key >>> SLOT_BITS)) {
                abort();
                return;
            }
            if (key < 0) {
                failure = new IllegalStateException("virtual time ends after 39 hours");
                abort();
                return;
            }
            dispatch(cpu, key);
            if (failure != null) {
                abort();
                return;
            }
        }
    }

    private void dispatch(VirtualCpu cpu, long key) {
        begin(cpu, key);
        VirtualCpu next = mayGoOn(cpu) ? cpu : null;
        while (next != null) {
            handedOver = null;
            resumes++;
            next.coroutine.resume();
            next = handedOver;
        }
        running = null;
    }

    /// Does the errand of a CPU, if it has one, now that it is the earliest.
    private static boolean mayGoOn(VirtualCpu cpu) {
        Errand errand = cpu.errand;
        return errand == null || errand.mayGoOn();
    }

    private void begin(VirtualCpu cpu, long key) {
        if (key >= observeFrom) {
            observed(cpu, key);
        }
        hash = (hash ^ key) * FNV_PRIME;
        switches++;
        lastKey = key;
        running = cpu;
        cpu.state = Activity.RUNNING;
        cpu.runUntil(events.minExcept(cpu.id));
    }

    private void observed(VirtualCpu cpu, long key) {
        Observer who = observer;
        long nanos = (key >>> SLOT_BITS) / CostModel.TICKS_PER_NANO;
        long next = who == null ? Observer.NEVER : who.passed(cpu, nanos);
        observeFrom =
                next > LAST_NANOS ? EventTree.NEVER : next * CostModel.TICKS_PER_NANO << SLOT_BITS;
    }

    /// Called by a CPU that is not the earliest, on its own stack: takes the turns that come first.
    /// True if its own turn has come by that, and it has no more to take; false if somebody else
    /// must have the host thread before.
    boolean goOnFor(HorizonCpu me) {
        for (; ; ) {
            long key = events.min();
            if (key == EventTree.NEVER || key < 0 || phase != Phase.RUNNING) {
                return false;
            }
            VirtualCpu cpu = roster.withKey(key);
            if (cpu != me && cpu.errand == null) {
                return false;
            }
            if (!cpu.daemon) {
                lastSpawnedTicks = key >>> SLOT_BITS;
            } else if ((key >>> SLOT_BITS) - lastSpawnedTicks > hangTicks) {
                return false;
            }
            begin(cpu, key);
            if (mayGoOn(cpu)) {
                handedOver = cpu == me ? null : cpu;
                return cpu == me;
            }
        }
    }

    /// Called by a CPU whose body has ended, still on its coroutine.
    void finished(VirtualCpu cpu) {
        cpu.state = Activity.DONE;
        cpu.interruptions.leave();
        cpu.sched.ends();
        speeds.end();
        endTicks = Math.max(endTicks, cpu.ticks);
        events.set(cpu.id, EventTree.NEVER);
        left--;
        if (!cpu.daemon && --spawnedLeft == 0 && phase == Phase.RUNNING) {
            drain();
        }
    }

    void failed(VirtualCpu cpu, Throwable t) {
        if (failure == null) {
            failure = FailedIn.mark(t, cpu);
        }
    }

    private void drain() {
        phase = Phase.DRAINING;
        drainedAt = lastKey >>> SLOT_BITS;
        for (int i = 0; i < roster.size(); i++) {
            VirtualCpu cpu = roster.get(i);
            if (cpu.wait.cutShort(drainedAt)) {
                makeReady(cpu);
            }
        }
    }

    /// Unwinds every remaining actor. None yields any more, so each resume runs to the actor's end.
    private void abort() {
        phase = Phase.ABORTING;
        for (int i = 0; i < roster.size(); i++) {
            VirtualCpu cpu = roster.get(i);
            if (cpu.state != Activity.DONE) {
                cpu.waiting.leave();
                cpu.stop = true;
                cpu.errand = null;
                running = cpu;
                cpu.state = Activity.RUNNING;
                cpu.runUntil(EventTree.NEVER);
                cpu.coroutine.resume();
                running = null;
            }
        }
    }

    boolean aborting() {
        return phase == Phase.ABORTING;
    }

    /// Whether a daemon that is next at `ticks` has run for too long with nobody left to serve.
    private boolean daemonsRunAlone(long ticks) {
        if (phase == Phase.DRAINING) {
            return ticks - drainedAt > DRAIN_TICKS;
        }
        if (ticks - lastSpawnedTicks <= hangTicks) {
            return false;
        }
        lastSpawnedTicks = ticks;
        if (!roster.onlyDaemonsMayRun()) {
            return false;
        }
        failure =
                new Deadlock(
                        "only daemons have run for "
                                + options.hangNanos()
                                + " ns, everyone else waits: "
                                + roster.describeWaiting());
        return true;
    }

    // --- waiting and waking ------------------------------------------------------------------

    void makeReady(HorizonCpu cpu) {
        cpu.state = Activity.READY;
        long key = cpu.key();
        events.move(cpu.id, key);
        if (running != null) {
            running.lowerHorizon(key);
        }
    }

    /// Whether some task waits for a CPU.
    boolean isAnybodyQueued() {
        return queues != null && queues.isAnybodyWaiting();
    }

    /// Ends a daemon that is about to sleep when nobody needs it any more.
    void checkSleep() {
        if (phase != Phase.RUNNING) {
            throw Stop.INSTANCE;
        }
    }

    /// Brings back every waiter of `w` whose wait the value written at `ticks` ends, first come
    /// first.
    void wake(Word w, long ticks) {
        Waiting first = w.waiters;
        Waiting last = first == null ? null : first.before();
        long value = w.value;
        int woken = 0;
        int spinner = -1;
        for (Waiting waiting = first; waiting != null; ) {
            Waiting next = waiting == last ? null : waiting.after();
            HorizonCpu cpu = waiting.cpu;
            if (waiting.wantsToSee(value)) {
                waiting.leave();
                cpu.ticks = Math.max(cpu.ticks, ticks + woken++);
                cpu.ticks += waiting.asleep ? wakeTicks : 0;
                makeReady(cpu);
            } else if (!waiting.asleep) {
                spinner = cpu.id;
            }
            waiting = next;
        }
        if (spinner >= 0) {
            lines.pullBack(w, spinner);
        }
    }

    /// An interrupt took `ticks` from `cpu`. Time it sleeps or waits absorbs nothing of a running
    /// guest.
    void steal(HorizonCpu cpu, long ticks) {
        switch (cpu.state) {
            case READY -> {
                cpu.ticks += ticks;
                events.move(cpu.id, cpu.key());
            }
            case WAITING -> cpu.ticks += ticks;
            case RUNNING, TIMED, SLEEPING, QUEUED, DONE -> {}
        }
    }

    /// Has `who` told of tracepoints on all CPUs. Before the run.
    public void trace(Tracer who) {
        tracer = who;
        cpus().forEach(cpu -> cpu.tracer = who);
    }

    /// Has `who` look at the machine, from the next dispatch on. One at a time.
    public void observe(Observer who) {
        observer = who;
        observeFrom = 0;
    }

    /// What all CPUs have waited for locks so far, see [LockUse#WAITS].
    public long[] lockWaits() {
        return lockWaits.clone();
    }

    // --- facts -------------------------------------------------------------------------------

    @Override
    public List<Cpu> cpus() {
        return roster.all();
    }

    @Override
    public boolean realMemory() {
        return false;
    }

    @Override
    public CostModel costs() {
        return costs;
    }

    /// Virtual nanoseconds of the last dispatch. May be read by any thread, as a report of
    /// progress.
    public long now() {
        return (lastKey >>> SLOT_BITS) / CostModel.TICKS_PER_NANO;
    }

    /// Virtual nanoseconds before which nothing will happen any more. For the CPU that runs; to
    /// others it is [#now].
    public long earliest() {
        VirtualCpu cpu = running;
        if (cpu == null) {
            return now();
        }
        long others = events.minExcept(cpu.id) >>> SLOT_BITS;
        return Math.min(cpu.ticks, others) / CostModel.TICKS_PER_NANO;
    }

    /// FNV over the keys of all dispatches: equal for equal runs, whatever the coroutines.
    public long traceHash() {
        return hash;
    }

    /// Dispatches so far.
    public long switches() {
        return switches;
    }

    /// How often a CPU went on with a stack that it had left: at most [#switches].
    public long resumes() {
        return resumes;
    }
}
