package org.gleaner.pagetable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.Word;

final class TestCpu extends Cpu {
    private static final VarHandle E = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle W;

    static {
        try {
            var f = Word.class.getDeclaredField("VALUE");
            f.setAccessible(true);
            W = (VarHandle) f.get(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    TestCpu(int id) {
        super(id, "cpu" + id);
    }

    public long load(Word w) { return (long) W.getAcquire(w); }
    public void store(Word w, long v) { W.setRelease(w, v); }
    public boolean cas(Word w, long e, long u) { return W.compareAndSet(w, e, u); }
    public long fetchAdd(Word w, long d) { return (long) W.getAndAdd(w, d); }
    public long fetchOr(Word w, long b) { return (long) W.getAndBitwiseOr(w, b); }
    public long fetchAnd(Word w, long m) { return (long) W.getAndBitwiseAnd(w, m); }
    public long swap(Word w, long v) { return (long) W.getAndSet(w, v); }
    public long await(Word w, long m, long x) { throw new UnsupportedOperationException(); }
    public long awaitChange(Word w, long s) { throw new UnsupportedOperationException(); }
    public long block(Word w, long m, long x) { throw new UnsupportedOperationException(); }
    public long blockFor(Word w, long m, long x, long n) { throw new UnsupportedOperationException(); }
    public long load(long[] s, int i) { return (long) E.getAcquire(s, i); }
    public void store(long[] s, int i, long v) { E.setRelease(s, i, v); }
    public boolean cas(long[] s, int i, long e, long u) { return E.compareAndSet(s, i, e, u); }
    public long fetchAdd(long[] s, int i, long d) { return (long) E.getAndAdd(s, i, d); }
    public long fetchOr(long[] s, int i, long b) { return (long) E.getAndBitwiseOr(s, i, b); }
    public long fetchAnd(long[] s, int i, long m) { return (long) E.getAndBitwiseAnd(s, i, m); }
    public long swap(long[] s, int i, long v) { return (long) E.getAndSet(s, i, v); }
    public long peek(long[] s, int i) { return (long) E.getOpaque(s, i); }
    public void publish(long[] s, int i, long v) { E.setVolatile(s, i, v); }
    public void charge(Cost c) {}
    public void charge(Cost c, long n) {}
    public void chargeNanos(long n) {}
    public long now() { return System.nanoTime(); }
    public void sleep(long n) {}
    public int foldable(Cost c, int l) { return l; }
    public void step() {}
    public void enter(KernelFunction f) {}
    public void exit() {}
    public long enterInterruptible() { return 0; }
    public void exitInterruptible() {}
    public long pendingRequests() { return 0; }
    public long takeRequests() { return 0; }
    public void interrupt(Cpu[] t, int n, long r) {}
}
