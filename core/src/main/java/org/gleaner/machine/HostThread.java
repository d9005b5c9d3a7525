package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// Who has the one host thread on which all CPUs of a [VirtualEngine] run: the loop, or one of
/// them.
///
/// A dispatch gives it to the CPU with the smallest key, with the horizon up to which that stays
/// so. It is made by the loop, or, as long as none but errands come before it, by a CPU that has
/// just parked and so need not leave its stack.
final class HostThread {
    private static final long FNV_OFFSET = 0xcbf2_9ce4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01b3L;

    /// The last moment that fits into a key.
    private static final long LAST_NANOS =
            (Long.MAX_VALUE >>> Roster.SLOT_BITS) / CostModel.TICKS_PER_NANO;

    final EventTree events = new EventTree();

    private final Roster roster;
    private final Ending ending;
    private @Nullable VirtualCpu running;

    /// Whose turns have ended on the stack of another, and who goes on as soon as that is free.
    private @Nullable VirtualCpu handedOver;

    private long lastKey;
    private long hash = FNV_OFFSET;
    private long switches;
    private long resumes;
    private @Nullable Observer observer;

    /// The first dispatch from this key on is looked at.
    private long observeFrom = EventTree.NEVER;

    HostThread(Roster roster, Ending ending) {
        this.roster = roster;
        this.ending = ending;
    }

    /// Dispatches until everyone has ended.
    void loop() {
        while (ending.isAnybodyLeft()) {
            long key = events.min();
            if (ending.isOverBefore(key)) {
                unwind();
                return;
            }
            dispatch(roster.withKey(key), key);
            if (ending.hasFailed()) {
                unwind();
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
        long nanos = (key >>> Roster.SLOT_BITS) / CostModel.TICKS_PER_NANO;
        long next = who == null ? Observer.NEVER : who.passed(cpu, nanos);
        observeFrom =
                next > LAST_NANOS
                        ? EventTree.NEVER
                        : next * CostModel.TICKS_PER_NANO << Roster.SLOT_BITS;
    }

    /// Called by a CPU that is not the earliest, on its own stack: does the errands that come
    /// first. True if its own moment has come by that, and its errand is done; false if somebody
    /// else must have the host thread before.
    boolean goOnFor(HorizonCpu me) {
        for (; ; ) {
            long key = events.min();
            if (key == EventTree.NEVER || key < 0 || !ending.isRunning()) {
                return false;
            }
            VirtualCpu cpu = roster.withKey(key);
            boolean needsStack = cpu != me && cpu.errand == null;
            if (needsStack || !ending.getsOn(cpu, key >>> Roster.SLOT_BITS)) {
                return false;
            }
            begin(cpu, key);
            if (mayGoOn(cpu)) {
                handedOver = cpu == me ? null : cpu;
                return cpu == me;
            }
        }
    }

    /// Ends every remaining actor. None yields any more, so each resume runs to the actor's end.
    private void unwind() {
        ending.aborts();
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

    /// `cpu` takes part from now on, at its own time.
    void makeReady(HorizonCpu cpu) {
        cpu.state = Activity.READY;
        long key = cpu.key();
        events.move(cpu.id, key);
        if (running != null) {
            running.lowerHorizon(key);
        }
    }

    /// Has `who` look at the machine, from the next dispatch on. One at a time.
    void observe(Observer who) {
        observer = who;
        observeFrom = 0;
    }

    // --- facts -------------------------------------------------------------------------------

    /// Who has it, or null.
    @Nullable VirtualCpu running() {
        return running;
    }

    /// When the last dispatch was, in ticks.
    long lastTicks() {
        return lastKey >>> Roster.SLOT_BITS;
    }

    /// Nothing will happen any more before this moment, in ticks.
    long earliestTicks() {
        VirtualCpu cpu = running;
        return cpu == null
                ? lastTicks()
                : Math.min(cpu.ticks, events.minExcept(cpu.id) >>> Roster.SLOT_BITS);
    }

    long hash() {
        return hash;
    }

    long switches() {
        return switches;
    }

    long resumes() {
        return resumes;
    }
}
