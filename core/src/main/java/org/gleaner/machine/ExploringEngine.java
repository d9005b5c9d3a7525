package org.gleaner.machine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Actors as coroutines on one host thread, each of whose steps a [Schedule] has to allow: the
/// engine by which interleavings are searched, repeated and proved harmless.
///
/// ## How it works
///
/// An actor runs until its next access to shared memory, says what it will be ([Step]) and asks the
/// schedule who goes on. If it is itself, it does; else it suspends and the other is resumed. So a
/// run costs one coroutine switch for each context switch and not for each step, and a *step* is
/// the access with all private work behind it. The engine remembers nothing: who searches builds
/// the actors and their memory anew for each run, and runs that follow the same schedule are the
/// same. A run that is abandoned, has failed or is over leaves its unfinished actors to the
/// collector.
///
/// ## Waiting
///
/// Nobody spins here. A wait for a word is a step that cannot be taken before the word's value
/// allows it. A load of the very word that was loaded before a `sleep` is a poll, and waits for a
/// change in the same way. A loop that waits without a word, which is what a guest does that faults
/// again and again while an invalidation lasts, is cut short by [Spinning]. A sleep with a deadline
/// may end at any time.
///
/// If nobody can go on, pollers get one look each and those that spin another try; then it is a
/// [Engine.Deadlock] or a [Livelock].
///
/// ## Without a schedule
///
/// [#run()] runs actors in order, each until it waits: for making a state before a search, and
/// looking at it afterwards. An actor's memory may also be touched by the host thread while nothing
/// runs.
///
/// ## Store buffers
///
/// With [#withStoreBuffers] memory is x86-TSO: each CPU has a second actor, numbered after all
/// CPUs, whose steps bring its stores to memory in order.
///
/// ## Weak memory
///
/// With [#withWeakMemory] memory is what ARMv8 calls other-multi-copy atomic: one memory with one
/// history, of which CPUs see old parts and to which they add late ([LocalMemory]). After all CPUs
/// come as many *early* actors, whose step is that of their CPU, done as an early load; then the
/// lanes of store buffers.
public final class ExploringEngine implements Engine {
    /// Steps of one run from which on it is taken to have no end.
    private static final int ENDLESS = 50_000;

    /// Tries that an actor which spins is given when nobody else can go on.
    private static final int FORGIVEN = 3;

    private static final int NOBODY = -2;

    private static final int MOST_ACTORS = 31;

    /// How a run ended.
    public enum End {
        /// Every spawned actor has returned, and daemons have nothing left to do.
        DONE,
        /// An actor has thrown, or none can go on; see [#failure].
        FAILED,
        /// The schedule wanted no more of it.
        ABANDONED
    }

    /// Actors go round in loops that none of them can end.
    public static final class Livelock extends RuntimeException {
        Livelock(String message) {
            super(message);
        }
    }

    private final CostModel costs;

    /// Lanes of each store buffer; 0 if there are none.
    private final int lanes;

    private final boolean weak;
    private final boolean checksLocks;
    private final boolean yieldsAlways;

    private final List<ExploringCpu> cpus = new ArrayList<>();
    private ExploringCpu[] actors = {};
    private ActorNumbers numbers = new ActorNumbers(0, false, 0);
    private @Nullable Schedule schedule;
    private boolean running;
    private int chosen = NOBODY;
    private int able;
    private int last;
    private int spawnedLeft;
    private int taken;
    private int forgiven;
    private boolean pollsOver;
    private @Nullable Throwable failure;

    final WordNumbers words = new WordNumbers();
    private WriteHistory history = new WriteHistory();

    public ExploringEngine(CostModel costs) {
        this(costs, 0, false, true, false);
    }

    private ExploringEngine(
            CostModel costs, int lanes, boolean weak, boolean checksLocks, boolean yieldsAlways) {
        this.costs = costs;
        this.yieldsAlways = yieldsAlways;
        this.lanes = lanes;
        this.weak = weak;
        this.checksLocks = checksLocks;
    }

    /// An engine without actors whose CPUs have store buffers.
    public ExploringEngine withStoreBuffers() {
        return new ExploringEngine(costs, 1, false, checksLocks, yieldsAlways);
    }

    /// An engine without actors whose memory is weakly ordered.
    ///
    /// @param delays how many words of a CPU's stores may change places, and how many early loads
    ///     it makes in a run, at most: from 1
    public ExploringEngine withWeakMemory(int delays) {
        Capacity.check("delays of a search", delays, 1, MOST_ACTORS / 2);
        return new ExploringEngine(costs, delays, true, checksLocks, yieldsAlways);
    }

    /// An engine without actors that does not check the order of locks.
    public ExploringEngine withoutLockDep() {
        return new ExploringEngine(costs, lanes, weak, false, yieldsAlways);
    }

    /// An engine without actors on which whoever may let others have its lock does, the first few
    /// times.
    public ExploringEngine withYields() {
        return new ExploringEngine(costs, lanes, weak, checksLocks, true);
    }

    boolean yieldsAlways() {
        return yieldsAlways && isSearching();
    }

    boolean checksLocks() {
        return checksLocks;
    }

    @Override
    public Cpu spawn(String name, Actor body) {
        spawnedLeft++;
        return add(name, body, false);
    }

    @Override
    public Cpu daemon(String name, Actor body) {
        return add(name, body, true);
    }

    private Cpu add(String name, Actor body, boolean daemon) {
        if (running && schedule != null) {
            throw new IllegalStateException("an actor cannot be added to a search: " + name);
        }
        // each is a bit of an int, and so is all that belongs to it
        int most = MOST_ACTORS / (1 + (weak ? 1 : 0) + lanes);
        Capacity.check("actors of a search", cpus.size() + 1, 1, most);
        ExploringCpu cpu = new ExploringCpu(this, cpus.size(), name, body, daemon);
        cpus.add(cpu);
        if (running) {
            actors = cpus.toArray(ExploringCpu[]::new);
            numbers = new ActorNumbers(actors.length, weak, lanes);
        }
        return cpu;
    }

    // --- the loop ----------------------------------------------------------------------------

    @Override
    public void run() {
        run(null);
        if (failure != null) {
            throw FailedIn.<RuntimeException>rethrow(failure);
        }
    }

    /// Runs until every spawned actor has returned and no daemon can go on, an actor has failed, or
    /// the schedule has enough. With a schedule, actors must not spawn others.
    public End run(@Nullable Schedule by) {
        schedule = by;
        actors = cpus.toArray(ExploringCpu[]::new);
        numbers = new ActorNumbers(actors.length, weak, lanes);
        running = true;
        taken = 0;
        forgiven = 0;
        last = 0;
        chosen = NOBODY;
        history = new WriteHistory();
        for (ExploringCpu cpu : actors) {
            WeakView view = weak && by != null ? new WeakView(history, lanes) : null;
            cpu.beginRun(by != null ? lanes : 0, view);
        }
        if (by != null) {
            by.begin(this);
        }
        End end = loop();
        running = false;
        able = ableNow();
        for (ExploringCpu cpu : actors) {
            empty(cpu);
        }
        return failure != null ? End.FAILED : end;
    }

    private void empty(ExploringCpu cpu) {
        for (int lane = 0; !cpu.memory.buffer.isEmpty(); lane = (lane + 1) % lanes) {
            while (cpu.memory.buffer.mayDrain(lane)) {
                cpu.memory.drain(lane);
            }
        }
    }

    private End loop() {
        for (int i = 0; i < actors.length; i++) {
            if (actors[i].fresh && !actors[i].done) {
                actors[i].coroutine.resume();
            }
        }
        while (failure == null) {
            if (chosen == NOBODY) {
                chosen = pick();
            }
            if (chosen == Schedule.ABANDON) {
                return End.ABANDONED;
            }
            if (chosen == NOBODY) {
                return End.DONE;
            }
            ExploringCpu cpu = actors[chosen];
            chosen = NOBODY;
            cpu.coroutine.resume();
        }
        return End.FAILED;
    }

    /// Called by the actor with that id, which has said what its next step is; returns when it may
    /// take it.
    void turn(int id) {
        if (!running) {
            return;
        }
        ExploringCpu cpu = actors[id];
        if (cpu.fresh) {
            cpu.fresh = false;
            cpu.coroutine.suspend();
            return;
        }
        if (schedule == null && isAble(cpu)) {
            return;
        }
        int next = pick();
        if (next != id) {
            chosen = next;
            cpu.coroutine.suspend();
        }
    }

    /// Who goes on; [Schedule#ABANDON], or [#NOBODY] after a failure.
    private int pick() {
        while (failure == null) {
            able = ableNow();
            if (able == 0 && (spawnedLeft == 0 || !unblock())) {
                break;
            }
            Schedule by = schedule;
            int next = by == null ? inOrder() : by.next(this);
            if (next < 0) {
                return next;
            }
            if (next < numbers.firstLane()) {
                last = numbers.thread(next);
                actors[last].steps.early = next != last;
                return last;
            }
            drain(next);
        }
        return NOBODY;
    }

    private int inOrder() {
        return (able >> last & 1) != 0 ? last : Integer.numberOfTrailingZeros(able);
    }

    private void drain(int actor) {
        Step s = pending(actor);
        actors[numbers.cpu(actor)].memory.drain(numbers.laneOf(actor));
        taken(actor, s);
    }

    /// The actor whose step is an early load of this CPU.
    int early(int cpu) {
        return numbers.early(cpu);
    }

    /// The number of the step that is being taken, from 1.
    int step() {
        return taken + 1;
    }

    /// A word changes in memory, by the step that is being taken.
    void changed(int number, long before, long after) {
        if (before != after) {
            history.add(number, step(), before);
        }
    }

    int lanes() {
        return lanes;
    }

    /// Nobody can take a step: gives those another chance who wait for no word. False if there is
    /// none.
    private boolean unblock() {
        boolean any = false;
        if (!pollsOver) {
            for (ExploringCpu cpu : actors) {
                any |= !cpu.done && cpu.step.kind == Step.Kind.POLL;
            }
            pollsOver = any;
        }
        if (!any && forgiven++ < FORGIVEN) {
            for (ExploringCpu cpu : actors) {
                if (!cpu.done && cpu.spinning.isInVain()) {
                    cpu.spinning.forgive();
                    any = true;
                }
            }
        }
        if (any) {
            able = ableNow();
            return able != 0;
        }
        failure = stuck();
        return false;
    }

    private RuntimeException stuck() {
        StringBuilder text = new StringBuilder();
        boolean spins = false;
        for (ExploringCpu cpu : actors) {
            if (!cpu.done && !cpu.daemon) {
                spins |= cpu.spinning.isInVain();
                text.append(text.isEmpty() ? "" : ", ").append(cpu.name);
                text.append(cpu.spinning.isInVain() ? " spins" : " waits");
            }
        }
        return spins
                ? new Livelock("nobody gets on: " + text)
                : new Deadlock("every actor waits: " + text);
    }

    /// An actor has done its step.
    void taken(int actor, Step step) {
        if (!running) {
            return;
        }
        if (++taken > ENDLESS) {
            failure = new Livelock("more than " + ENDLESS + " steps");
        }
        if (schedule == null) {
            return;
        }
        if (step.writes) {
            pollsOver = false;
            for (ExploringCpu cpu : actors) {
                if (cpu.id != numbers.thread(actor) && cpu.spinning.changed(step.word, step.span)) {
                    forgiven = 0;
                }
            }
        }
        if (actor < numbers.firstLane()) {
            actors[numbers.cpu(actor)].spinning.read(step.word);
        }
        schedule.taken(this, actor, step);
    }

    void failed(ExploringCpu cpu, Throwable t) {
        if (failure == null) {
            failure = FailedIn.mark(t, cpu);
        }
    }

    void finished(ExploringCpu cpu) {
        cpu.done = true;
        cpu.fresh = false;
        forgiven = 0;
        if (!cpu.daemon) {
            spawnedLeft--;
        }
    }

    // --- what a schedule may ask -----------------------------------------------------------------

    /// How many actors there are, early ones and those of store buffers included.
    public int actors() {
        return numbers.all();
    }

    /// Whose steps an actor takes: an early one those of its CPU, any other its own.
    public int thread(int actor) {
        return numbers.thread(actor);
    }

    /// Actors, as bits, and the early ones of those that are CPUs.
    public int withEarly(int some) {
        return numbers.withEarly(some);
    }

    /// The actors, as bits, whose steps belong to one CPU: its own, early ones, its stores'.
    public int family(int actor) {
        return numbers.family(actor);
    }

    public String name(int actor) {
        String cpu = actors[numbers.cpu(actor)].name;
        if (actor < actors.length) {
            return cpu;
        }
        if (actor < numbers.firstLane()) {
            return cpu + ", early";
        }
        return cpu + "'s stores" + (lanes == 1 ? "" : " " + (numbers.laneOf(actor) + 1));
    }

    /// The actors whose next step may be taken now, as bits.
    public int enabled() {
        return able;
    }

    private int ableNow() {
        int able = 0;
        ExploringCpu[] all = actors;
        for (int i = 0; i < all.length; i++) {
            ExploringCpu cpu = all[i];
            if (!cpu.done && isAble(cpu)) {
                able |= 1 << i;
                able |= weak && cpu.memory.mayBeEarly() ? 1 << early(i) : 0;
            }
            for (int lane = 0; lane < lanes; lane++) {
                if (cpu.memory.buffer.mayDrain(lane)) {
                    able |= 1 << numbers.lane(i, lane);
                }
            }
        }
        return able;
    }

    private boolean isAble(ExploringCpu cpu) {
        Step s = cpu.step;
        if (cpu.spinning.isInVain()) {
            return false;
        }
        if (s.waits() && !s.admits(cpu.memory.own(s.word))) {
            return s.kind == Step.Kind.POLL && pollsOver;
        }
        return cpu.memory.buffer.isEmpty() || cpu.memory.goesBeforeStores();
    }

    /// Actors that have not returned, as bits; those of store buffers not included.
    public int live() {
        int mask = 0;
        for (ExploringCpu cpu : actors) {
            mask |= cpu.done ? 0 : 1 << cpu.id;
        }
        return mask;
    }

    /// What a live actor will do next.
    public Step pending(int actor) {
        LocalMemory memory = actors[numbers.cpu(actor)].memory;
        if (actor < numbers.firstLane()) {
            return actors[numbers.cpu(actor)].step;
        }
        Step s = memory.drains[numbers.laneOf(actor)];
        s.kind = Step.Kind.DRAIN;
        memory.buffer.describe(numbers.laneOf(actor), s);
        s.also = memory.number();
        s.writes = true;
        return s;
    }

    /// Why the run failed.
    public @Nullable Throwable failure() {
        return failure;
    }

    /// Steps taken in this run.
    public int taken() {
        return taken;
    }

    /// The CPU that runs now, or null; for memory that is reached without one, such as a guest's.
    public @Nullable Cpu current() {
        return running ? actors[last] : null;
    }

    /// Whether a schedule decides.
    boolean isSearching() {
        return running && schedule != null;
    }

    /// What the numbers of words stand for.
    public WordNumbers words() {
        return words;
    }

    // --- facts -------------------------------------------------------------------------------

    @Override
    public List<Cpu> cpus() {
        return Collections.unmodifiableList(cpus);
    }

    @Override
    public boolean realMemory() {
        return false;
    }

    @Override
    public CostModel costs() {
        return costs;
    }
}
