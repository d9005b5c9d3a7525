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
/// Who has the host thread is kept by [HostThread], whether the run is over by [Ending].
///
/// With `slabSlackNanos > 0` slab steps may be out of order by at most that much; words never are.
public final class VirtualEngine implements Engine {
    final VirtualOptions options;
    final LineModel lines;
    final BroadcastServer broadcasts;
    final Speeds speeds;
    final long slack;
    final long switchTicks;
    final long[] lockWaits = new long[LockUse.WAITS];
    final Ending ending;
    final HostThread host;

    private final CostModel costs;
    private final Roster roster;

    /// Null if every task has a CPU of its own.
    private final @Nullable RunQueues queues;

    private final long wakeTicks;

    /// Of the CPUs to come.
    @Nullable Tracer tracer;

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
        roster = new Roster(options.seed());
        long hang = Math.multiplyExact(options.hangNanos(), CostModel.TICKS_PER_NANO);
        ending = new Ending(roster, hang);
        host = new HostThread(roster, ending);
        long cpus = options.topology().cpus();
        queues =
                cpus >= MOST_CPUS
                        ? null
                        : new RunQueues(
                                this, (int) cpus, options.sliceNanos() * CostModel.TICKS_PER_NANO);
    }

    @Override
    public Cpu spawn(String name, Actor body) {
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
        VirtualCpu by = host.running();
        long start = by != null ? by.ticks : ending.endTicks();
        VirtualCpu cpu =
                new VirtualCpu(this, id, name, body, daemon, roster.slotOf(id), start, queuedIn);
        roster.add(cpu);
        speeds.begin();
        ending.starts(daemon);
        host.events.grow(id + 1);
        host.makeReady(cpu);
        return cpu;
    }

    // --- a run -------------------------------------------------------------------------------

    @Override
    public void run() {
        if (ending.begins()) {
            drain();
        }
        options.coroutines().host(host::loop);
        ending.throwFailure();
    }

    /// Called by a CPU whose body has ended, still on its coroutine.
    void finished(VirtualCpu cpu) {
        cpu.state = Activity.DONE;
        cpu.interruptions.leave();
        cpu.sched.ends();
        speeds.end();
        host.events.set(cpu.id, EventTree.NEVER);
        if (ending.ended(cpu)) {
            drain();
        }
    }

    /// Only daemons remain: whoever sleeps ends now.
    private void drain() {
        long now = host.lastTicks();
        ending.drains(now);
        for (int i = 0; i < roster.size(); i++) {
            VirtualCpu cpu = roster.get(i);
            if (cpu.wait.cutShort(now)) {
                host.makeReady(cpu);
            }
        }
    }

    // --- waiting and waking ------------------------------------------------------------------

    /// Whether some task waits for a CPU.
    boolean isAnybodyQueued() {
        return queues != null && queues.isAnybodyWaiting();
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
                host.makeReady(cpu);
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
                host.events.move(cpu.id, cpu.key());
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
        host.observe(who);
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
        return host.lastTicks() / CostModel.TICKS_PER_NANO;
    }

    /// Virtual nanoseconds before which nothing will happen any more. For the CPU that runs; to
    /// others it is [#now].
    public long earliest() {
        return host.earliestTicks() / CostModel.TICKS_PER_NANO;
    }

    /// FNV over the keys of all dispatches: equal for equal runs, whatever the coroutines.
    public long traceHash() {
        return host.hash();
    }

    /// Dispatches so far.
    public long switches() {
        return host.switches();
    }

    /// How often a CPU went on with a stack that it had left: at most [#switches].
    public long resumes() {
        return host.resumes();
    }
}
