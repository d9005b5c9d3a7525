package org.gleaner.machine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// How the thread of one [ThreadCpu] passes the time until a word has the value that it waits for.
///
/// It spins a while with `onSpinWait`, then gives its core away with `Thread.yield` (there may be
/// more CPUs than cores), then parks: for microseconds, or, where the caller said that it may
/// sleep, for growing spans. Nobody keeps a list of sleepers, so a write costs nothing extra and a
/// sleeper notices it up to [#MAX_PARK_NANOS] late. A wait may miss for a while that the run is
/// over.
///
/// Its own thread writes; whoever watches over progress reads.
final class ThreadWait {
    /// Turns of busy waiting, where every CPU has a core and where not.
    private static final int SPINS = 200;

    private static final int CROWDED_SPINS = 10;

    /// How long a spinning wait yields before it parks: on an idle machine a hundred times.
    private static final long YIELD_NANOS = 100_000;

    /// Waits that park at once, after a yield that took longer. On a busy machine a yield waits for
    /// others' slices, and whoever yields is in the way of those that it waits for.
    private static final int WAITS_WITHOUT = 16;

    private static final int SLEEPER_YIELDS = 20;
    private static final long MIN_PARK_NANOS = 2_000;
    private static final long MAX_PARK_NANOS = 100_000;

    private final ThreadEngine engine;

    /// Until when the spinning wait that this CPU is in yields.
    private long yieldsUntil;

    private int waitsWithout;

    // For who watches over progress: the word of a wait that takes long, how many of those are
    // over, and whether this CPU is in a sleep.
    private volatile @Nullable Word waitsFor;
    private volatile int waitsEnded;
    private volatile boolean asleep;

    ThreadWait(ThreadEngine engine) {
        this.engine = engine;
    }

    /// Whether the CPU waits or sleeps.
    boolean isUnderWay() {
        return asleep || waitsFor != null;
    }

    /// Waits that took long and are over.
    int ended() {
        return waitsEnded;
    }

    /// In a sleep, from here on or no more.
    void setAsleep(boolean now) {
        asleep = now;
    }

    /// For people.
    String describe() {
        Word word = waitsFor;
        return word != null
                ? " waits for a word of " + Long.toHexString(word.snapshot())
                : asleep ? " sleeps" : " runs";
    }

    /// A wait of `turn` turns is over.
    void over(int turn) {
        if (turn > 0 && waitsFor != null) {
            int ended = waitsEnded;
            waitsEnded = ended + 1;
            waitsFor = null;
        }
    }

    /// One turn of a spinning wait.
    void spin(Word w, int turn) {
        int spins = engine.crowded() ? CROWDED_SPINS : SPINS;
        if (turn < spins) {
            Thread.onSpinWait();
            return;
        }
        engine.checkSpin();
        long now = System.nanoTime();
        if (turn == spins) {
            waitsFor = w;
            yieldsUntil = waitsWithout > 0 ? now : now + YIELD_NANOS;
            waitsWithout = Math.max(0, waitsWithout - 1);
        }
        if (now - yieldsUntil >= 0) {
            LockSupport.parkNanos(MIN_PARK_NANOS);
            return;
        }
        Thread.yield();
        if (System.nanoTime() - now > YIELD_NANOS) {
            waitsWithout = WAITS_WITHOUT;
        }
    }

    /// One turn of a sleeping wait of which `left` nanoseconds remain.
    void doze(Word w, int turn, long left) {
        engine.checkSleep();
        if (turn < SLEEPER_YIELDS) {
            Thread.yield();
        } else {
            if (turn == SLEEPER_YIELDS) {
                waitsFor = w;
            }
            int doublings = Math.min(turn - SLEEPER_YIELDS, 6);
            long span = Math.min(MAX_PARK_NANOS, MIN_PARK_NANOS << doublings);
            LockSupport.parkNanos(Math.min(span, left));
        }
    }
}
