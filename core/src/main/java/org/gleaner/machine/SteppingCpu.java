package org.gleaner.machine;

import java.util.Arrays;

/// A CPU of a search, as far as it accesses memory: every access is a step here, also a `peek`, a
/// `publish`, a `fence` and what is declared by `reads` and `writes`. How one is taken is
/// [Stepping]'s.
///
/// With store buffers (x86-TSO) a `store` goes into this CPU's buffer and reaches memory later, by
/// a step of an actor of its own; a `load` looks into the own buffer first; everything that is
/// locked on x86 waits until the buffer is empty. With weak memory the buffer has several lanes, a
/// load may be early ([WeakView]), and [#only] says what an access orders.
abstract class SteppingCpu extends Cpu {
    final ExploringEngine engine;
    final Step step = new Step();

    /// Memory as this CPU sees it.
    final LocalMemory memory;

    final Stepping steps;

    SteppingCpu(ExploringEngine engine, int id, String name) {
        super(id, name);
        this.engine = engine;
        memory = new LocalMemory(engine, step);
        steps = new Stepping(engine, id, step, memory);
    }

    // --- words -------------------------------------------------------------------------------

    @Override
    public long load(Word w) {
        return steps.access(Step.Kind.LOAD, w, 0, 0);
    }

    @Override
    public void store(Word w, long value) {
        if (memory.buffers()) {
            steps.addToBuffer(w, null, 0, value);
        } else {
            steps.access(Step.Kind.STORE, w, value, 0);
        }
    }

    @Override
    public boolean cas(Word w, long expect, long update) {
        return casOrSeen(w, expect, update) == expect;
    }

    @Override
    public long casOrSeen(Word w, long expect, long update) {
        return steps.access(Step.Kind.CAS, w, expect, update);
    }

    @Override
    public long fetchAdd(Word w, long delta) {
        return steps.access(Step.Kind.ADD, w, delta, 0);
    }

    @Override
    public long fetchOr(Word w, long bits) {
        return steps.access(Step.Kind.OR, w, bits, 0);
    }

    @Override
    public long fetchAnd(Word w, long mask) {
        return steps.access(Step.Kind.AND, w, mask, 0);
    }

    @Override
    public long swap(Word w, long value) {
        return steps.access(Step.Kind.SWAP, w, value, 0);
    }

    @Override
    public long swapBits(Word w, long mask, long bits) {
        return steps.access(Step.Kind.SWAP, w, bits, ~mask);
    }

    @Override
    public long peek(Word w) {
        return steps.access(Step.Kind.LOAD, w, 0, 0);
    }

    // --- slabs -------------------------------------------------------------------------------

    @Override
    public long load(long[] slab, int i) {
        return steps.access(Step.Kind.LOAD, slab, i, 0, 0);
    }

    @Override
    public void store(long[] slab, int i, long value) {
        if (memory.buffers()) {
            steps.addToBuffer(null, slab, i, value);
        } else {
            steps.access(Step.Kind.STORE, slab, i, value, 0);
        }
    }

    @Override
    public boolean cas(long[] slab, int i, long expect, long update) {
        return steps.access(Step.Kind.CAS, slab, i, expect, update) == expect;
    }

    @Override
    public long fetchAdd(long[] slab, int i, long delta) {
        return steps.access(Step.Kind.ADD, slab, i, delta, 0);
    }

    @Override
    public long fetchOr(long[] slab, int i, long bits) {
        return steps.access(Step.Kind.OR, slab, i, bits, 0);
    }

    @Override
    public long fetchAnd(long[] slab, int i, long mask) {
        return steps.access(Step.Kind.AND, slab, i, mask, 0);
    }

    @Override
    public long swap(long[] slab, int i, long value) {
        return steps.access(Step.Kind.SWAP, slab, i, value, 0);
    }

    @Override
    public int swapRun(long[] slab, int i, int n, long expect, long update) {
        int run = memory.isArmed() && !memory.isWeak() ? 0 : run(slab, i, n, expect);
        if (run == 0) {
            return 0;
        }
        int number = engine.words.of(slab, i);
        steps.declare(Step.Kind.SWAP, number, run, true);
        int left = run(slab, i, run, expect);
        memory.changed(number, left, expect, update);
        Arrays.fill(slab, i, i + left, update);
        return left;
    }

    private static int run(long[] slab, int i, int n, long value) {
        int run = 0;
        while (run < n && slab[i + run] == value) {
            run++;
        }
        return run;
    }

    @Override
    public long peek(long[] slab, int i) {
        return steps.access(Step.Kind.PEEK, slab, i, 0, 0);
    }

    @Override
    public void publish(long[] slab, int i, long value) {
        steps.access(Step.Kind.PUBLISH, slab, i, value, 0);
    }

    // --- beside the words ----------------------------------------------------------------------

    @Override
    public void fence() {
        if (memory.isArmed()) {
            steps.fence();
        }
    }

    @Override
    public void only(MemoryOrder order) {
        memory.only(order);
    }

    @Override
    public void reads(Object state) {
        steps.declare(Step.Kind.READ, engine.words.of(state), 1, false);
    }

    @Override
    public void writes(Object state) {
        steps.declare(Step.Kind.WRITE, engine.words.of(state), 1, true);
    }

    @Override
    public void writes(long[] slab, int i, int n) {
        int number = engine.words.of(slab, i);
        if (memory.isWeak()) {
            memory.opens(number, n);
            steps.declare(Step.Kind.WRITE, memory.number(), 1, true);
            memory.opened(slab, i, n);
        } else {
            steps.declare(Step.Kind.WRITE, number, n, true);
        }
    }

    @Override
    public void reads(long[] slab, int i, int n) {
        steps.declare(Step.Kind.READ, engine.words.of(slab, i), n, false);
    }
}
