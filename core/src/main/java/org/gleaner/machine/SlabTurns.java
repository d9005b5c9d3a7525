package org.gleaner.machine;

/// [Turns] of which none accesses a [Word]: each takes a step on a slab word, or on its CPU's own
/// mailbox or section. More steps may follow in the same turn as long as no time passes between
/// them.
public abstract class SlabTurns extends Turns {
    protected SlabTurns() {
        super(false);
    }

    @Override
    final Word word() {
        throw new IllegalStateException("no word is accessed");
    }

    @Override
    final boolean reads() {
        throw new IllegalStateException("no word is accessed");
    }

    @Override
    final boolean turn(Cpu cpu) {
        return step(cpu);
    }

    /// Takes one ordered step, and does what follows it up to the next; false once there is nothing
    /// left to do, or nothing that could be done without a stack.
    protected abstract boolean step(Cpu cpu);
}
