package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// What a CPU in virtual time waits for, and its place among the others that wait for the same
/// word: a ring in the order in which they came, linked through them, so that waiting allocates
/// nothing and leaving early costs nothing.
@OneCpu
final class Waiting {
    final HorizonCpu cpu;

    // A value ends the wait if its bits in `mask` are `expect`, or with `change` if they are not.
    private long mask;
    private long expect;
    private boolean change;

    /// It sleeps until then; else it spins.
    boolean asleep;

    private @Nullable Word word;
    private @Nullable Waiting next;
    private @Nullable Waiting prev;

    Waiting(HorizonCpu cpu) {
        this.cpu = cpu;
    }

    /// Says what the next wait is for.
    void expects(long mask, long expect, boolean change, boolean asleep) {
        this.mask = mask;
        this.expect = expect;
        this.change = change;
        this.asleep = asleep;
    }

    /// Whether `value` ends the wait.
    boolean wantsToSee(long value) {
        return ((value & mask) == expect) != change;
    }

    /// Whether it is in a word's ring.
    boolean waits() {
        return word != null;
    }

    /// Gets in line, in no ring so far.
    void join(Word w) {
        Waiting first = w.waiters;
        word = w;
        if (first == null) {
            next = this;
            prev = this;
            w.waiters = this;
        } else {
            Waiting last = requireNonNull(first.prev);
            next = first;
            prev = last;
            last.next = this;
            first.prev = this;
        }
    }

    /// Leaves the ring that it is in, if it is in one.
    void leave() {
        Word w = word;
        if (w == null) {
            return;
        }
        if (next == this) {
            w.waiters = null;
        } else {
            requireNonNull(prev).next = next;
            requireNonNull(next).prev = prev;
            if (w.waiters == this) {
                w.waiters = next;
            }
        }
        word = null;
        next = null;
        prev = null;
    }

    /// The one that came last before it, or, for the first, the last of all.
    @Nullable Waiting before() {
        return prev;
    }

    /// The one that came next, or, for the last, the first of all.
    @Nullable Waiting after() {
        return next;
    }

    /// Who waits, how, and for what.
    @Override
    public String toString() {
        Word w = word;
        if (w == null) {
            return cpu.name + " waits for nothing";
        }
        return cpu.name
                + (asleep ? " sleeps" : " spins")
                + " until word & "
                + Long.toHexString(mask)
                + (change ? " != " : " == ")
                + Long.toHexString(expect)
                + " (it is "
                + Long.toHexString(w.value)
                + ", since "
                + cpu.now()
                + " ns)";
    }
}
