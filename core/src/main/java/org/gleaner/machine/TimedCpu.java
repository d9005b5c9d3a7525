package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// A CPU with a clock of its own, which its private work moves, and with a record of what it has
/// worked at.
abstract class TimedCpu extends OrderedCpu {
    /// This CPU's time in ticks.
    long ticks;

    /// What work costs now.
    final Speeds speeds;

    /// Null where nobody will read it.
    final @Nullable CallTree tree;

    /// A CPU whose clock is at `start`, in ticks.
    TimedCpu(int id, String name, Speeds speeds, boolean callTree, long start) {
        super(id, name);
        this.speeds = speeds;
        ticks = start;
        tree = callTree ? new CallTree(start) : null;
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
    public void chargeNanos(long nanos) {
        ticks += nanos * CostModel.TICKS_PER_NANO;
    }

    @Override
    public long now() {
        return ticks / CostModel.TICKS_PER_NANO;
    }

    // --- call tree ---------------------------------------------------------------------------

    @Override
    public void enter(KernelFunction f) {
        if (tree != null) {
            tree.enter(f, ticks);
        }
    }

    @Override
    public void exit() {
        if (tree != null) {
            tree.exit(ticks);
        }
    }
}
