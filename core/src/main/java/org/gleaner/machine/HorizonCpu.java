package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// A CPU that takes its place in the order of virtual time; see [VirtualEngine] for what that is.
///
/// Everything here runs on one host thread at a time, so all state is plain. The invariant that
/// this class keeps: whoever comes back from [#inTurn] or [#park] is the earliest of all, and stays
/// so until its clock passes its *horizon*. Up to there a step is one compare; beyond, the CPU
/// parks, which leaves its stack if it must.
abstract class HorizonCpu extends TimedCpu {
    /// A turn is taken on this CPU's stack where nobody else can act for so long, 200 ns: it will
    /// hardly have to leave it.
    private static final long ROOM = 200 * CostModel.TICKS_PER_NANO;

    final VirtualEngine engine;
    final Ending ending;
    private final HostThread host;
    private final EventTree events;

    /// Breaks ties of time; a seeded permutation of ids.
    final int slot;

    Activity state = Activity.READY;

    /// The engine wants this actor gone: its next return from the scheduler throws [Stop].
    boolean stop;

    /// What is to be done for it before it goes on with its stack, or null.
    @Nullable Errand errand;

    final Coroutine coroutine;

    /// Latest time at which this CPU still goes first; it runs on without asking until then.
    private long limit;

    /// The same for slab words: `limit` and the engine's slack.
    private long slabLimit;

    private final long slack;

    HorizonCpu(VirtualEngine engine, int id, String name, int slot, long start) {
        super(
                id,
                name,
                engine.speeds,
                new WorkLengths(engine.options.seed(), id),
                engine.options.callTrees(),
                start);
        this.engine = engine;
        ending = engine.ending;
        host = engine.host;
        events = host.events;
        this.slot = slot;
        slack = engine.slack;
        coroutine = engine.options.coroutines().create(name, this::live);
    }

    /// All that it ever does, on its own stack.
    abstract void live();

    // --- keys --------------------------------------------------------------------------------

    /// The key in the tournament: time, then slot.
    final long key() {
        return keyAt(ticks);
    }

    /// What that is at another time.
    final long keyAt(long time) {
        return time << Roster.SLOT_BITS | slot;
    }

    /// Lets this CPU run until `key` would win against it.
    final void runUntil(long key) {
        limit = limitBefore(key);
        slabLimit = limit + slack;
    }

    /// As [#runUntil], if that is sooner than now allowed: somebody has just become runnable.
    final void lowerHorizon(long key) {
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

    /// Whether nobody else goes before it.
    final boolean isEarliest() {
        return ticks <= limit;
    }

    /// Whether nobody else goes before it until then.
    final boolean isEarliestUntil(long time) {
        return time <= limit;
    }

    /// Whether that will be so for a while.
    final boolean hasRoom() {
        return limit - ticks > ROOM;
    }

    // --- steps -------------------------------------------------------------------------------

    @Override
    public final void step() {
        drain();
        inTurn();
    }

    /// Waits until it is the earliest, whatever of its stores is under way.
    final void inTurn() {
        if (ticks > limit) {
            park(Activity.READY, key());
        }
    }

    @Override
    final void slabStep() {
        drain();
        if (ticks > slabLimit) {
            park(Activity.READY, key());
        }
    }

    /// When it may take a step on a slab word at the latest, without asking.
    final long latestSlabStep() {
        return slabLimit;
    }

    // --- the host thread -----------------------------------------------------------------------

    /// Gives the host thread away; returns when this CPU, at work meanwhile and with that key, is
    /// the earliest again. Not in the middle of an errand.
    final void park(Activity as, long key) {
        if (ending.isAborting()) {
            throw Stop.INSTANCE;
        }
        if (errand != null) {
            throw new IllegalStateException("a second ordered step, or another wait, in one turn");
        }
        becomes(as, key);
        giveWay();
    }

    /// As [#park], until `what` has been done for this CPU.
    final void sendOn(Errand what) {
        if (ending.isAborting()) {
            throw Stop.INSTANCE;
        }
        errand = what;
        becomes(Activity.READY, key());
        giveWay();
    }

    /// As [#park], of a CPU that is not at work meanwhile.
    final void rest(Activity as, long key) {
        speeds.end();
        try {
            park(as, key);
        } finally {
            speeds.begin();
        }
    }

    /// Takes part with that key from now on, and stays on its stack.
    final void becomes(Activity as, long key) {
        state = as;
        events.set(id, key);
    }

    /// Returns when the engine goes on with this CPU's stack.
    final void giveWay() {
        if (!host.goOnFor(this)) {
            coroutine.suspend();
        }
        if (stop) {
            stop = false;
            throw Stop.INSTANCE;
        }
    }
}
