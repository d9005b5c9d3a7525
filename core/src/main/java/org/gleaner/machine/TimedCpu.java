package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// A CPU with a clock of its own, which its private work moves, and with a record of what it has
/// worked at.
///
/// ## Stores
///
/// Hardware buffers stores: a CPU works on while the line comes. Its clock stands at the time at
/// which its last store is done, for others act in between and must go first. How long it has
/// waited for that is kept, and what it works next is taken off again as far as it lies within that
/// wait: by [#overlap], in parts, wherever somebody looks at the clock, and by [#drain] for good
/// before the next step, which waits for all stores (as a read-modify-write does, and as a load
/// need not). Work itself only adds to the clock.
abstract class TimedCpu extends OrderedCpu {
    /// This CPU's time in ticks.
    long ticks;

    /// When its last store was done.
    private long storedAt;

    /// How much of the wait for that it has not worked through.
    private long ahead;

    /// What work costs now.
    final Speeds speeds;

    private final WorkLengths lengths;

    /// Null where nobody will read it.
    final @Nullable CallTree tree;

    /// A CPU whose clock is at `start`, in ticks.
    TimedCpu(
            int id, String name, Speeds speeds, WorkLengths lengths, boolean callTree, long start) {
        super(id, name);
        this.speeds = speeds;
        this.lengths = lengths;
        ticks = start;
        tree = callTree ? new CallTree(start) : null;
    }

    // --- stores ------------------------------------------------------------------------------

    /// The store that has just been done was under way for so long.
    final void stored(long wait) {
        ahead = wait;
        storedAt = ticks;
    }

    /// Takes off what was worked while the last store was under way.
    final void overlap() {
        if (ahead != 0) {
            long worked = Math.min(ticks - storedAt, ahead);
            ticks -= worked;
            ahead -= worked;
        }
    }

    /// As [#overlap]; and what is left of the wait is waited for.
    final void drain() {
        if (ahead != 0) {
            overlap();
            ahead = 0;
        }
    }

    /// As [#drain], unless the next write is a `store`: that need not wait.
    final void readyFor(boolean store) {
        if (store) {
            overlap();
        } else {
            drain();
        }
    }

    /// Nothing is waited for any more.
    final void drained() {
        ahead = 0;
    }

    /// How far this CPU itself has come, whatever of its stores is under way.
    final long worksAt() {
        return ticks - ahead;
    }

    // --- time --------------------------------------------------------------------------------

    @Override
    public void charge(Cost cost) {
        ticks += speeds.table[cost.ordinal()];
    }

    @Override
    public void charge(Cost cost, long n) {
        ticks += speeds.table[cost.ordinal()] * n;
    }

    @Override
    public void chargeVarying(Cost cost) {
        long mean = speeds.table[cost.ordinal()];
        ticks += speeds.alone ? mean : lengths.of(mean);
    }

    @Override
    public void chargeNanos(long nanos) {
        ticks += nanos * CostModel.TICKS_PER_NANO;
    }

    @Override
    public long now() {
        overlap();
        return worksAt() / CostModel.TICKS_PER_NANO;
    }

    // --- call tree ---------------------------------------------------------------------------

    @Override
    public void enter(KernelFunction f) {
        if (tree != null) {
            overlap();
            tree.enter(f, ticks);
        }
    }

    @Override
    public void exit() {
        if (tree != null) {
            overlap();
            tree.exit(ticks);
        }
    }
}
