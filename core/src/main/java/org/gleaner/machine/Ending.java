package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// Who of a run in virtual time has not ended yet, and whether the run is over; see
/// [VirtualEngine].
///
/// A run goes on as long as spawned actors do, then lets daemons end where they next sleep, and is
/// over at once after a failure, a deadlock, or where nothing but daemons gets on.
final class Ending {
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

    private final Roster roster;

    /// For so long daemons may run alone while spawned actors wait.
    private final long hangTicks;

    private Phase phase = Phase.RUNNING;
    private @Nullable Throwable failure;
    private int spawnedLeft;
    private int left;
    private long lastSpawnedTicks;
    private long drainedAt;

    /// When the last one so far has ended.
    private long endTicks;

    Ending(Roster roster, long hangTicks) {
        this.roster = roster;
        this.hangTicks = hangTicks;
    }

    // --- actors ------------------------------------------------------------------------------

    /// There is one more.
    void starts(boolean daemon) {
        left++;
        spawnedLeft += daemon ? 0 : 1;
    }

    /// `cpu` has ended; true if that was the last that daemons serve.
    boolean ended(VirtualCpu cpu) {
        endTicks = Math.max(endTicks, cpu.ticks);
        left--;
        return !cpu.daemon && --spawnedLeft == 0 && phase == Phase.RUNNING;
    }

    boolean isAnybodyLeft() {
        return left > 0;
    }

    long endTicks() {
        return endTicks;
    }

    /// Keeps what has gone wrong first.
    void failed(VirtualCpu cpu, Throwable t) {
        if (failure == null) {
            failure = FailedIn.mark(t, cpu);
        }
    }

    /// Throws what has gone wrong, if anything has, as it is.
    void throwFailure() {
        if (failure != null) {
            throw FailedIn.<RuntimeException>rethrow(failure);
        }
    }

    // --- phases ------------------------------------------------------------------------------

    /// A run begins; true if there is nobody whom daemons serve.
    boolean begins() {
        phase = Phase.RUNNING;
        return spawnedLeft == 0;
    }

    /// Only daemons remain, from `at` (in ticks) on.
    void drains(long at) {
        phase = Phase.DRAINING;
        drainedAt = at;
    }

    /// Everyone is unwound from now on.
    void aborts() {
        phase = Phase.ABORTING;
    }

    boolean isRunning() {
        return phase == Phase.RUNNING;
    }

    boolean isAborting() {
        return phase == Phase.ABORTING;
    }

    boolean hasFailed() {
        return failure != null;
    }

    /// Ends a daemon that is about to sleep when nobody needs it any more.
    void checkSleep() {
        if (phase != Phase.RUNNING) {
            throw Stop.INSTANCE;
        }
    }

    // --- is it over ----------------------------------------------------------------------------

    /// Whether the run is over before whoever has this key, the smallest, goes on.
    boolean isOverBefore(long key) {
        if (key == EventTree.NEVER) {
            if (phase == Phase.RUNNING) {
                failure = new Engine.Deadlock("every actor waits: " + roster.describeWaiting());
            }
            return true;
        }
        VirtualCpu cpu = roster.withKey(key);
        long ticks = key >>> Roster.SLOT_BITS;
        if (phase == Phase.DRAINING ? isDrained(cpu, ticks) : !getsOn(cpu, ticks) && hangs(ticks)) {
            return true;
        }
        if (key < 0) {
            failure = new IllegalStateException("virtual time ends after 39 hours");
        }
        return key < 0;
    }

    /// Whether `cpu`, next at `ticks`, is no daemon, or one that has not run alone for long.
    boolean getsOn(VirtualCpu cpu, long ticks) {
        if (!cpu.daemon) {
            lastSpawnedTicks = ticks;
            return true;
        }
        return ticks - lastSpawnedTicks <= hangTicks;
    }

    private boolean isDrained(VirtualCpu cpu, long ticks) {
        return cpu.daemon && ticks - drainedAt > DRAIN_TICKS;
    }

    private boolean hangs(long ticks) {
        lastSpawnedTicks = ticks;
        if (!roster.onlyDaemonsMayRun()) {
            return false;
        }
        failure =
                new Engine.Deadlock(
                        "only daemons have run for "
                                + hangTicks / CostModel.TICKS_PER_NANO
                                + " ns, everyone else waits: "
                                + roster.describeWaiting());
        return true;
    }
}
