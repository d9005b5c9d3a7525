package org.gleaner.pagetable;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.Mailbox;
import org.gleaner.machine.Word;

/// A CPU that lets something happen right before its next compare-and-swap: the race, played by
/// hand at the one point where it matters.
public final class HookedCpu extends Cpu {
    private final Cpu cpu;
    private Runnable beforeCas = () -> {};

    public HookedCpu(Cpu cpu) {
        super(cpu.id, cpu.name);
        this.cpu = cpu;
    }

    /// Has `race` run once, before the next compare-and-swap.
    public HookedCpu beforeCas(Runnable race) {
        beforeCas = race;
        return this;
    }

    private void hook() {
        Runnable race = beforeCas;
        beforeCas = () -> {};
        race.run();
    }

    @Override
    public long load(Word w) {
        return cpu.load(w);
    }

    @Override
    public void store(Word w, long value) {
        cpu.store(w, value);
    }

    @Override
    public boolean cas(Word w, long expect, long update) {
        hook();
        return cpu.cas(w, expect, update);
    }

    @Override
    public long casOrSeen(Word w, long expect, long update) {
        hook();
        return cpu.casOrSeen(w, expect, update);
    }

    @Override
    public long fetchAdd(Word w, long delta) {
        return cpu.fetchAdd(w, delta);
    }

    @Override
    public long fetchOr(Word w, long bits) {
        return cpu.fetchOr(w, bits);
    }

    @Override
    public long fetchAnd(Word w, long mask) {
        return cpu.fetchAnd(w, mask);
    }

    @Override
    public long swap(Word w, long value) {
        return cpu.swap(w, value);
    }

    @Override
    public long await(Word w, long mask, long expect) {
        return cpu.await(w, mask, expect);
    }

    @Override
    public long awaitChange(Word w, long seen) {
        return cpu.awaitChange(w, seen);
    }

    @Override
    public long block(Word w, long mask, long expect) {
        return cpu.block(w, mask, expect);
    }

    @Override
    public long blockChange(Word w, long seen) {
        return cpu.blockChange(w, seen);
    }

    @Override
    public long blockFor(Word w, long mask, long expect, long nanos) {
        return cpu.blockFor(w, mask, expect, nanos);
    }

    @Override
    public long peek(Word w) {
        return cpu.peek(w);
    }

    @Override
    public void fence() {
        cpu.fence();
    }

    @Override
    public long load(long[] slab, int i) {
        return cpu.load(slab, i);
    }

    @Override
    public void store(long[] slab, int i, long value) {
        cpu.store(slab, i, value);
    }

    @Override
    public boolean cas(long[] slab, int i, long expect, long update) {
        hook();
        return cpu.cas(slab, i, expect, update);
    }

    @Override
    public long fetchAdd(long[] slab, int i, long delta) {
        return cpu.fetchAdd(slab, i, delta);
    }

    @Override
    public long fetchOr(long[] slab, int i, long bits) {
        return cpu.fetchOr(slab, i, bits);
    }

    @Override
    public long fetchAnd(long[] slab, int i, long mask) {
        return cpu.fetchAnd(slab, i, mask);
    }

    @Override
    public long swap(long[] slab, int i, long value) {
        return cpu.swap(slab, i, value);
    }

    @Override
    public long peek(long[] slab, int i) {
        return cpu.peek(slab, i);
    }

    @Override
    public void publish(long[] slab, int i, long value) {
        cpu.publish(slab, i, value);
    }

    @Override
    public void charge(Cost cost) {
        cpu.charge(cost);
    }

    @Override
    public void charge(Cost cost, long n) {
        cpu.charge(cost, n);
    }

    @Override
    public void chargeNanos(long nanos) {
        cpu.chargeNanos(nanos);
    }

    @Override
    public long now() {
        return cpu.now();
    }

    @Override
    public void sleep(long nanos) {
        cpu.sleep(nanos);
    }

    @Override
    public int foldable(Cost cost, int limit) {
        return cpu.foldable(cost, limit);
    }

    @Override
    public void step() {
        cpu.step();
    }

    @Override
    public void enter(KernelFunction f) {
        cpu.enter(f);
    }

    @Override
    public void exit() {
        cpu.exit();
    }

    @Override
    public long enterInterruptible(Mailbox box) {
        return cpu.enterInterruptible(box);
    }

    @Override
    public void exitInterruptible(Mailbox box) {
        cpu.exitInterruptible(box);
    }

    @Override
    public long pendingRequests(Mailbox box) {
        return cpu.pendingRequests(box);
    }

    @Override
    public long takeRequests(Mailbox box) {
        return cpu.takeRequests(box);
    }

    @Override
    public void interrupt(Mailbox[] boxes, int n, long request) {
        cpu.interrupt(boxes, n, request);
    }
}
