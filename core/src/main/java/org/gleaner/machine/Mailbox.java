package org.gleaner.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// What is asked of one who runs on a CPU from time to time (a vCPU): request bits that anyone may
/// post, and the section in which an interrupt has to reach it (`vcpu->requests` and `vcpu->mode`).
/// Several may run on one CPU, in turn; what is asked of one is not served by another.
///
/// An engine whose actors run one at a time keeps both in [#word], which is the cache line that
/// they share. What follows is how they are kept on real threads.
///
/// ## How it works
///
/// `SECTION` counts: it is odd inside the section, and moves at each entry, exit and taking of
/// requests. Entering is Dekker's protocol against sending:
///
/// | owner, entering | sender |
/// |---|---|
/// | `SECTION` becomes odd | `REQUESTS` gets the bits |
/// | reads `REQUESTS` | reads `SECTION` |
///
/// With full order on both sides at least one of the two sees the other: the owner finds the bits,
/// or the sender finds it inside and waits until `SECTION` differs from what it saw. Any move of
/// `SECTION` proves that the owner was between two accesses after the bits were posted, and that
/// its next poll finds them: the poll is a volatile load behind the volatile store of `SECTION`,
/// which is behind the sender's load of the older value, which is behind the post.
///
/// ## Ordering
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `REQUESTS` | senders, owner | volatile | owner, senders | volatile | `SECTION` |
/// | `SECTION` | owner only | volatile | senders | volatile | `REQUESTS` |
/// | `SECTION` | owner only | volatile | owner | plain | its own store |
///
/// ## Races that are allowed
///
/// A sender that sees the owner leave and enter again stops waiting, for that entry found the bits.
/// One taking may serve two senders of the same bit. Bits posted to an owner outside its section
/// stay until it takes them.
public final class Mailbox {
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    /// Indexes 128 bytes apart from each other and from the ends of the array.
    private static final int REQUESTS = 16;

    private static final int SECTION = 32;
    private static final int LENGTH = 48;

    /// Where its owner runs.
    final Cpu cpu;

    /// Not on real threads: requests and section, as the engine packs them, and their cache line.
    final Word word = new Word();

    /// Not on real threads: its owner is in the section on behalf of this box.
    boolean occupied;

    private final long[] words = new long[LENGTH];

    /// An empty box of one who runs on `cpu`, whose cache has its line.
    public Mailbox(Cpu cpu) {
        this.cpu = cpu;
        word.lineOwner = cpu.id;
    }

    /// Owner: enters the section and returns the bits posted before.
    long enter() {
        moveSection(1);
        return pending();
    }

    /// Owner: leaves the section.
    void leave() {
        moveSection(1);
    }

    /// Owner: whether it is in the section.
    boolean inside() {
        return (words[SECTION] & 1) != 0;
    }

    /// The bits posted and not taken.
    long pending() {
        return (long) WORDS.getVolatile(words, REQUESTS);
    }

    /// Owner: takes all bits.
    long take() {
        long taken = (long) WORDS.getAndSet(words, REQUESTS, 0L);
        if (inside()) {
            // Two on, so that it stays odd.
            moveSection(2);
        }
        return taken;
    }

    private void moveSection(int by) {
        // Pairs with section() of a sender.
        WORDS.setVolatile(words, SECTION, words[SECTION] + by);
    }

    /// Sender: posts bits.
    void post(long bits) {
        WORDS.getAndBitwiseOr(words, REQUESTS, bits);
    }

    /// Sender, after [#post]: the section as it is now, for [#mustWait].
    long section() {
        // Pairs with moveSection() of the owner.
        return (long) WORDS.getVolatile(words, SECTION);
    }

    /// Sender: whether the owner may still be in the access during which `seen` was read.
    boolean mustWait(long seen, long request) {
        return (seen & 1) != 0 && section() == seen && (pending() & request) != 0;
    }
}
