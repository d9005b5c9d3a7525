package org.gleaner.check.schedule;

import java.util.Arrays;
import org.gleaner.check.schedule.Path.InBuffer;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.Schedule;
import org.gleaner.machine.Step;

/// Systematic search: one run for each class of schedules that could differ in what they lead to.
///
/// ## How it works
///
/// Depth first, without stored states: each run repeats the one before up to the last step at which
/// another actor is still to be tried, goes there instead, and then on by itself. Which actors are
/// to be tried where is found out as it goes (source-set dynamic partial-order reduction, Abdulla,
/// Aronis, Jonsson and Sagonas, POPL 2014). Whenever two dependent steps of different actors could
/// have been the other way round, nothing ordering them but each other, then some actor must be
/// tried at the earlier one that begins a run in which they are: one of the *initials* of what came
/// between and did not depend on the first. If one of these is to be tried there already, nothing
/// is added.
///
/// *Sleep sets* keep apart what differs only in the order of independent steps: an actor that has
/// been tried at a point sleeps in what is explored there afterwards, until a step that depends on
/// its next one wakes it. A run in which all that could go on sleep is cut off.
///
/// ## Steps that wait
///
/// A step that waits for a value is no race with the write that let it go: before that write it
/// could not be taken. It is with an earlier write, if the value before that would have done. An
/// actor that still waits when a run ends is treated as if it took its step then, so that its going
/// earlier is tried.
///
/// ## With a bound
///
/// With at most `b` preemptions (switches away from an actor that could go on) the search is the
/// bounded one of Coons, Musuvathi and McKinley (OOPSLA 2013): no sleep sets, the racing actor
/// itself is tried and not just any initial, and also where the racing stretch began, for a switch
/// may be cheaper there; and where switching costs nothing, everybody is tried.
///
/// A search says that it is complete if nothing is left to be tried: then no schedule (within the
/// bound) of this program leads to a finding.
public final class Search implements Schedule {
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    private static final int ROOM = 256;

    private final int bound;
    private Path path = new Path(1);

    // By depth: before the step there, who could go on, who sleeps, who is to be tried, who has
    // been.
    private int[] enabled = new int[ROOM];
    private int[] sleeping = new int[ROOM];
    private int[] toTry = new int[ROOM];
    private int[] tried = new int[ROOM];

    /// Preemptions up to and including the step there.
    private int[] preemptions = new int[ROOM];

    /// Whom the run follows up to here.
    private int[] plan = new int[ROOM];

    private int planned;
    private int depth;
    private int width;
    private int[] clock = {};
    private int[] clockBefore = {};
    private int[] first = {};

    private boolean complete;
    private long runs;
    private long cut;
    private int deepest;

    public Search(int bound) {
        this.bound = bound;
    }

    private boolean isBounded() {
        return bound != UNBOUNDED;
    }

    // --- a run -------------------------------------------------------------------------------

    @Override
    public void begin(ExploringEngine engine) {
        if (width != engine.actors()) {
            reset(engine.actors());
        }
        depth = 0;
        path.clear();
    }

    @Override
    public int next(ExploringEngine engine) {
        int d = depth;
        if (d < planned) {
            return plan[d];
        }
        if (d + 1 >= plan.length) {
            grow();
        }
        int able = engine.enabled();
        enabled[d] = able;
        tried[d] = 0;
        int asleep = isBounded() || d == 0 ? 0 : stillAsleep(engine, d);
        sleeping[d] = asleep;
        int awake = able & ~asleep;
        if (awake == 0) {
            cut++;
            return ABANDON;
        }
        int before = d == 0 ? -1 : path.thread[d - 1];
        int same = d == 0 ? 0 : engine.family(before);
        int who = Integer.numberOfTrailingZeros(awake);
        if (before >= 0 && (awake >> before & 1) != 0) {
            who = before;
        } else if ((awake & same) != 0) {
            who = Integer.numberOfTrailingZeros(awake & same);
        }
        boolean free = isBounded() && (able & same) == 0;
        toTry[d] = free ? able : 1 << who;
        preemptions[d] = d == 0 ? 0 : preemptions[d - 1] + cost(engine, d, who);
        plan[d] = who;
        return who;
    }

    /// Whether the step is taken from a CPU that could go on, itself or its stores.
    private int cost(ExploringEngine engine, int d, int who) {
        if (d == 0) {
            return 0;
        }
        int same = engine.family(path.actor[d - 1]);
        return (same >> who & 1) == 0 && (enabled[d] & same) != 0 ? 1 : 0;
    }

    /// Of those who slept before the last step, or were tried in its place, the ones whose next
    /// step does not depend on it.
    private int stillAsleep(ExploringEngine engine, int d) {
        int k = d - 1;
        int moved = engine.withEarly(1 << path.thread[k]);
        int candidates = (sleeping[k] | tried[k]) & ~moved;
        int asleep = 0;
        while (candidates != 0) {
            int who = Integer.numberOfTrailingZeros(candidates);
            candidates &= candidates - 1;
            Step s = engine.pending(who);
            boolean dependent =
                    (path.wrote[k] || s.writes) && path.touches(k, s.word, s.span, s.also);
            if (!dependent) {
                asleep |= 1 << who;
            }
        }
        return asleep;
    }

    @Override
    public void taken(ExploringEngine engine, int actor, Step step) {
        int k = depth++;
        int thread = engine.thread(actor);
        path.add(actor, thread, step);
        if (k >= planned - 1) {
            races(engine, k, thread, step, true);
        }
        path.passed(k);
    }

    /// To be called after each run; false if nothing is left to be tried.
    public boolean goOn(ExploringEngine engine) {
        runs++;
        deepest = Math.max(deepest, depth);
        waiting(engine);
        for (int d = depth - 1; d >= 0; d--) {
            int done = 1 << path.actor[d];
            tried[d] |= done;
            int all = engine.withEarly(toTry[d]) & enabled[d];
            int left = all & ~tried[d] & ~sleeping[d];
            while (left != 0) {
                int who = Integer.numberOfTrailingZeros(left);
                int spent = d == 0 ? 0 : preemptions[d - 1] + cost(engine, d, who);
                if (spent <= bound) {
                    preemptions[d] = spent;
                    plan[d] = who;
                    planned = d + 1;
                    return true;
                }
                left &= left - 1;
            }
        }
        complete = true;
        return false;
    }

    /// Actors that wait at the end might have gone on earlier. Whoever looks at the result is no
    /// actor of the run, and may be waiting, too.
    private void waiting(ExploringEngine engine) {
        int left = engine.live() & ~engine.enabled() & (1 << width) - 1;
        while (left != 0) {
            int who = Integer.numberOfTrailingZeros(left);
            left &= left - 1;
            Step step = engine.pending(who);
            if (step.waits()) {
                races(engine, depth, who, step, false);
            }
        }
    }

    // --- races -------------------------------------------------------------------------------

    /// Finds what step `k` races with, and what must be tried for it.
    private void races(ExploringEngine engine, int k, int who, Step step, boolean done) {
        path.clockOf(who, clock);
        boolean waits = step.waits();
        boolean all = isBounded();
        if (waits || all) {
            System.arraycopy(clock, 0, clockBefore, 0, width);
        }
        boolean raced = false;
        int chain = path.chained(step.word, k);
        int j = path.conflict(step.word, step.span, step.also, k, chain);
        while (j >= 0) {
            InBuffer own = inBuffer(engine, j, who, step);
            if ((path.wrote[j] || step.writes)
                    && path.thread[j] != who
                    && own != InBuffer.NOTHING) {
                boolean admitted = !waits || all || step.admits(path.before[j]);
                int[] ordered = waits || all ? clockBefore : clock;
                boolean races = admitted && own == InBuffer.RACES;
                if (!raced && races && ordered[path.thread[j]] <= j) {
                    race(j, k, who);
                    raced = waits && !all;
                }
                path.join(clock, j);
            }
            boolean known = all && clockBefore[path.thread[j]] > j;
            if ((known || !all && (!waits || raced)) && path.overwrites(j, step)) {
                break;
            }
            if (j == chain) {
                chain = path.previous(j);
            }
            j = path.conflict(step.word, step.span, step.also, j, chain);
        }
        if (done) {
            path.setClock(k, clock);
        }
    }

    private InBuffer inBuffer(ExploringEngine engine, int j, int who, Step step) {
        boolean family = (engine.family(who) >> path.thread[j] & 1) != 0;
        boolean common = Step.overlaps(path.word[j], path.span[j], step.word, step.span);
        return family && !common ? path.inBuffer(j, step, isBounded()) : InBuffer.RACES;
    }

    /// Step `k` of `who` could come before step `j`.
    private void race(int j, int k, int who) {
        if (isBounded()) {
            tryThere(j, who);
            int start = j;
            while (start > 0 && path.thread[start - 1] == path.thread[j]) {
                start--;
            }
            if (start != j) {
                tryThere(start, who);
            }
            return;
        }
        int initials = initials(j, k, who) & enabled[j];
        if (initials == 0) {
            toTry[j] |= enabled[j];
        } else if ((initials & toTry[j]) == 0) {
            int one = (initials >> who & 1) != 0 ? who : Integer.numberOfTrailingZeros(initials);
            toTry[j] |= 1 << one;
        }
    }

    private void tryThere(int d, int who) {
        toTry[d] |= (enabled[d] >> who & 1) != 0 ? 1 << who : enabled[d];
    }

    /// The actors that can begin a run of all that came after `j` without depending on it, and then
    /// `who`.
    private int initials(int j, int k, int who) {
        Arrays.fill(first, -1);
        int initials = 0;
        int seen = 0;
        for (int x = j + 1; x < k; x++) {
            int a = path.thread[x];
            if ((seen >> a & 1) != 0 || path.isBefore(j, x)) {
                continue;
            }
            seen |= 1 << a;
            boolean initial = true;
            for (int b = 0; b < width && initial; b++) {
                initial = first[b] < 0 || b == a || path.clock(x, b) <= first[b];
            }
            first[a] = x;
            initials |= initial ? 1 << a : 0;
        }
        if ((seen >> who & 1) == 0) {
            boolean initial = true;
            for (int b = 0; b < width && initial; b++) {
                initial = first[b] < 0 || clock[b] <= first[b];
            }
            initials |= initial ? 1 << who : 0;
        }
        return initials;
    }

    // --- room --------------------------------------------------------------------------------

    private void reset(int actors) {
        width = actors;
        path = new Path(actors);
        clock = new int[actors];
        clockBefore = new int[actors];
        first = new int[actors];
        planned = 0;
    }

    private void grow() {
        int n = plan.length * 2;
        enabled = Arrays.copyOf(enabled, n);
        sleeping = Arrays.copyOf(sleeping, n);
        toTry = Arrays.copyOf(toTry, n);
        tried = Arrays.copyOf(tried, n);
        preemptions = Arrays.copyOf(preemptions, n);
        plan = Arrays.copyOf(plan, n);
    }

    // --- facts -------------------------------------------------------------------------------

    public boolean isComplete() {
        return complete;
    }

    public long runs() {
        return runs;
    }

    /// Runs that were cut off because all they could show was known.
    public long cut() {
        return cut;
    }

    public int deepest() {
        return deepest;
    }

    /// The schedule of the run that was made last.
    public String schedule() {
        return ScheduleString.of(path.actor, path.length);
    }
}
