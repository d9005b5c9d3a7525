package org.gleaner.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A CPU for a model checker: nothing but the atomics of [Cpu], and waits that are plain loops over
/// them, so that every switch of threads happens at a step and every loop can be seen through.
///
/// A checker runs one object from several of its threads; each takes the CPU of its thread's
/// number.
final class ModelCpu extends Cpu {
    private static final VarHandle SLAB = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int CPUS = 8;

    private ModelCpu(int id) {
        super(id, "model" + id);
    }

    /// CPUs 0 to 7.
    static Cpu[] all() {
        Cpu[] cpus = new Cpu[CPUS];
        for (int id = 0; id < CPUS; id++) {
            cpus[id] = new ModelCpu(id);
        }
        return cpus;
    }

    @Override
    public long load(Word w) {
        return (long) Word.VALUE.getAcquire(w);
    }

    @Override
    public void store(Word w, long value) {
        Word.VALUE.setRelease(w, value);
    }

    @Override
    public boolean cas(Word w, long expect, long update) {
        return Word.VALUE.compareAndSet(w, expect, update);
    }

    @Override
    public long casOrSeen(Word w, long expect, long update) {
        return (long) Word.VALUE.compareAndExchange(w, expect, update);
    }

    @Override
    public long fetchAdd(Word w, long delta) {
        return (long) Word.VALUE.getAndAdd(w, delta);
    }

    @Override
    public long fetchOr(Word w, long bits) {
        return (long) Word.VALUE.getAndBitwiseOr(w, bits);
    }

    @Override
    public long fetchAnd(Word w, long mask) {
        return (long) Word.VALUE.getAndBitwiseAnd(w, mask);
    }

    @Override
    public long swap(Word w, long value) {
        return (long) Word.VALUE.getAndSet(w, value);
    }

    @Override
    public long await(Word w, long mask, long expect) {
        long value = load(w);
        while ((value & mask) != expect) {
            Thread.onSpinWait();
            value = load(w);
        }
        return value;
    }

    @Override
    public long awaitChange(Word w, long seen) {
        long value = load(w);
        while (value == seen) {
            Thread.onSpinWait();
            value = load(w);
        }
        return value;
    }

    @Override
    public long block(Word w, long mask, long expect) {
        return await(w, mask, expect);
    }

    @Override
    public long blockChange(Word w, long seen) {
        return awaitChange(w, seen);
    }

    @Override
    public long blockFor(Word w, long mask, long expect, long nanos) {
        return load(w);
    }

    @Override
    public long peek(Word w) {
        return (long) Word.VALUE.getAcquire(w);
    }

    @Override
    public void fence() {
        VarHandle.fullFence();
    }

    @Override
    public long load(long[] slab, int i) {
        return (long) SLAB.getAcquire(slab, i);
    }

    @Override
    public void store(long[] slab, int i, long value) {
        SLAB.setRelease(slab, i, value);
    }

    @Override
    public boolean cas(long[] slab, int i, long expect, long update) {
        return SLAB.compareAndSet(slab, i, expect, update);
    }

    @Override
    public long fetchAdd(long[] slab, int i, long delta) {
        return (long) SLAB.getAndAdd(slab, i, delta);
    }

    @Override
    public long fetchOr(long[] slab, int i, long bits) {
        return (long) SLAB.getAndBitwiseOr(slab, i, bits);
    }

    @Override
    public long fetchAnd(long[] slab, int i, long mask) {
        return (long) SLAB.getAndBitwiseAnd(slab, i, mask);
    }

    @Override
    public long swap(long[] slab, int i, long value) {
        return (long) SLAB.getAndSet(slab, i, value);
    }

    @Override
    public long peek(long[] slab, int i) {
        return (long) SLAB.getOpaque(slab, i);
    }

    @Override
    public void publish(long[] slab, int i, long value) {
        SLAB.setVolatile(slab, i, value);
    }

    @Override
    public long now() {
        return 0;
    }

    @Override
    public void sleep(long nanos) {
        Thread.onSpinWait();
    }

    @Override
    public int foldable(Cost cost, int limit) {
        return limit;
    }

    @Override
    public void step() {}

    @Override
    public long enterInterruptible(Mailbox box) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void exitInterruptible(Mailbox box) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long pendingRequests(Mailbox box) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long takeRequests(Mailbox box) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void interrupt(Mailbox[] boxes, int n, long request) {
        throw new UnsupportedOperationException();
    }
}
