package org.gleaner.machine;

/// Code of a CPU that is cut at its ordered steps: each turn takes one, and what is to be kept from
/// turn to turn is in fields. So it can be left and gone on with without a stack.
///
/// The way into a lock is made of such code. If it is contended, there are a dozen steps from
/// arrival to the section, all CPUs that wait take theirs in between, and an engine whose CPUs are
/// coroutines would change stacks at every one, for two hundred times what the step itself takes.
/// Engines that have no such need take turn after turn ([Cpu#perform]).
public abstract class Turns {
    /// What ended the wait of the last turn that awaited something.
    long seen;

    /// Whether turns access words, of which the line must have come before.
    final boolean needsLine;

    Turns() {
        this(true);
    }

    Turns(boolean needsLine) {
        this.needsLine = needsLine;
    }

    /// The word that the next turn accesses.
    abstract Word word();

    /// Whether that turn only reads it.
    abstract boolean reads();

    /// Whether that turn's write is one of [Cpu#plainly].
    boolean stores() {
        return false;
    }

    /// Takes one ordered step, on [#word] if there is one, or a wait by [Cpu#awaits]; false once
    /// there is nothing left to do.
    abstract boolean turn(Cpu cpu);
}
