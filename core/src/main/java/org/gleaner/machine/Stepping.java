package org.gleaner.machine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How a CPU of a search takes a step: it says what the step will be ([Step]), waits until the
/// schedule gives it the turn, does it, and tells the engine what came of it. In between nobody
/// else acts, so words are plain memory; which of it the CPU sees is [LocalMemory]'s.
///
/// | a step | is |
/// |---|---|
/// | [#access] | an access of one word |
/// | [#addToBuffer] | a store of which nobody but this CPU knows yet |
/// | [#await] | the load that ends a wait, which cannot be taken before |
/// | [#declare] | what is declared by `reads` and `writes`, and done behind it as Java has it |
///
/// Whatever comes before a step, a `sleep` or what was declared of its order, holds of that step
/// alone.
final class Stepping {
    /// The pending load is to be an early one.
    boolean early;

    final Polling polling = new Polling();

    private final ExploringEngine engine;
    private final int id;

    /// The pending one, or the last.
    private final Step step;

    private final LocalMemory memory;

    /// The steps of the CPU with that id, which sees this of memory.
    Stepping(ExploringEngine engine, int id, Step step, LocalMemory memory) {
        this.engine = engine;
        this.id = id;
        this.step = step;
        this.memory = memory;
    }

    // --- accesses ------------------------------------------------------------------------------

    /// Returns the value before; `a` and `b` are what [#result] takes them for.
    long access(Step.Kind kind, Word w, long a, long b) {
        int number = engine.words.of(w);
        begin(kind, number);
        if (isLoad(kind)) {
            return end(memory.found(number, w.value, early));
        }
        long before = w.value;
        w.value = result(kind, before, a, b);
        memory.updated(number, before, w.value);
        return end(before, w.value);
    }

    /// The same of a slab word.
    long access(Step.Kind kind, long[] slab, int i, long a, long b) {
        int number = engine.words.of(slab, i);
        begin(kind, number);
        if (isLoad(kind)) {
            return end(memory.found(number, slab[i], early));
        }
        long before = slab[i];
        long after = result(kind, before, a, b);
        if (after != before) {
            slab[i] = after;
        }
        memory.updated(number, before, after);
        return end(before, after);
    }

    private static boolean isLoad(Step.Kind kind) {
        return kind == Step.Kind.LOAD || kind == Step.Kind.PEEK;
    }

    private static long result(Step.Kind kind, long before, long a, long b) {
        return switch (kind) {
            case STORE, PUBLISH -> a;
            case SWAP -> before & b | a;
            case CAS -> before == a ? b : before;
            case ADD -> before + a;
            case OR -> before | a;
            case AND -> before & a;
            case INTERRUPT -> MailboxSteps.served(before);
            default -> before;
        };
    }

    /// Stores to `w`, or to `slab[i]`.
    void addToBuffer(@Nullable Word w, long @Nullable [] slab, int i, long value) {
        int target =
                slab == null
                        ? engine.words.of(Objects.requireNonNull(w))
                        : engine.words.of(slab, i);
        boolean release = memory.isRelease();
        begin(Step.Kind.STORE, memory.number());
        memory.add(w, slab, i, value, target, release);
        end(0, 1);
    }

    /// Orders all that comes before and after it.
    void fence() {
        begin(Step.Kind.FENCE, memory.number());
        memory.fence();
        end(0, 0);
    }

    private void begin(Step.Kind kind, int word) {
        boolean reads = isLoad(kind);
        describe(kind, word, 1, !reads);
        Step s = step;
        s.intoBuffer = kind == Step.Kind.STORE && memory.buffers();
        memory.orders(reads ? MemoryOrder.ACQUIRE : MemoryOrder.FULL);
        if (reads) {
            polling.describe(s);
        }
        polling.awake();
        memory.describe();
        engine.turn(id);
    }

    /// What any step begins with.
    private void describe(Step.Kind kind, int word, int span, boolean writes) {
        memory.settle();
        Step s = step;
        s.kind = kind;
        s.word = word;
        s.span = span;
        s.also = Step.NOTHING;
        s.wait = Step.Wait.NONE;
        s.writes = writes;
        s.intoBuffer = false;
        s.store = -1;
    }

    private long end(long value) {
        return end(value, value);
    }

    private long end(long before, long after) {
        Step s = step;
        s.before = before;
        s.after = after;
        if (!s.writes || s.kind == Step.Kind.POLL) {
            polling.loaded(s.word, before);
        }
        s.writes = before != after;
        s.kind = early ? Step.Kind.EARLY : s.kind;
        int actor = early ? engine.early(id) : id;
        early = false;
        engine.taken(actor, s);
        return before;
    }

    // --- waits ---------------------------------------------------------------------------------

    /// Waits for a word; returns what ended the wait.
    long await(Word w, Step.Wait wait, long mask, long expect) {
        describe(Step.Kind.AWAIT, engine.words.of(w), 1, false);
        Step s = step;
        s.wait = wait;
        s.mask = mask;
        s.expect = expect;
        polling.awake();
        memory.only(null);
        memory.orders(MemoryOrder.ACQUIRE);
        engine.turn(id);
        return end(memory.found(s.word, w.value, false));
    }

    // --- declared ------------------------------------------------------------------------------

    /// What follows reads or writes this; ends before it does.
    void declare(Step.Kind kind, int word, int span, boolean writes) {
        describe(kind, word, span, writes);
        Step s = step;
        s.intoBuffer = memory.isOpening();
        polling.awake();
        memory.only(null);
        memory.orders(MemoryOrder.FULL);
        memory.describeDeclared();
        engine.turn(id);
        memory.declared();
        s.before = 0;
        s.after = 0;
        engine.taken(id, s);
    }
}
