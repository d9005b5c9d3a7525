package org.gleaner.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// One shared 64-bit word, a lock, a counter or a flag, on a cache line of its own or another's.
///
/// All access goes through a [Cpu]. In real threads a word is a `volatile`-capable field; in
/// virtual time it is also the state of its cache line (who owned it last, until when it is busy)
/// and the list of actors that wait for it to change.
public final class Word {
    static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Word.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Touched only by engines, through [#VALUE] where threads are real.
    long value;

    /// Virtual time only: the word that keeps the state of the line, this one or another.
    final Word line;

    /// Virtual time only: id of the CPU whose cache holds the line, or -1.
    int lineOwner = -1;

    /// Virtual time only: ticks at which the line has finished its last transfer.
    long lineFreeAt;

    /// Virtual time only: CPUs other than the owner may hold a copy ([LineModel] says which).
    boolean lineShared;

    /// Virtual time only: CPUs 0 to 63 that read the line since its last write.
    long lineReaders;

    /// Virtual time only: the same for CPUs from 64, made when one of them first reads.
    long @Nullable [] lineReadersBeyond;

    /// Virtual time only: what caches of several cores have of the line ([LastLevelCaches]), made
    /// when one of them first owns it.
    long @Nullable [] lineCaches;

    /// Virtual time only: first of those that wait for this word, a ring linked through them.
    @Nullable Waiting waiters;

    /// Exploring only: who has numbered this word, and the number.
    @Nullable WordNumbers numberedBy;

    int number;

    /// A word that starts at zero.
    public Word() {
        line = this;
    }

    /// A word that starts at `initial`.
    public Word(long initial) {
        this();
        value = initial;
    }

    /// A word that starts at zero, on the cache line of another.
    public Word(Word other) {
        line = other.line;
    }

    /// The value as a debugger would see it: no ordering, no step, no cost. For reports and tests
    /// only.
    public long snapshot() {
        return (long) VALUE.getOpaque(this);
    }
}
