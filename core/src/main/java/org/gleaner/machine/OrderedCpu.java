package org.gleaner.machine;

/// A CPU of an engine that runs one actor at a time: once its turn has come, shared memory is plain
/// memory. What a turn is, and what an access costs, is left to the engine by four hooks.
abstract class OrderedCpu extends Cpu {
    OrderedCpu(int id, String name) {
        super(id, name);
    }

    /// Waits for the turn to touch a slab word.
    abstract void slabStep();

    /// Waits for the turn to ask for the line of `w`, to be read, and for that to touch it there.
    abstract void fetch(Word w);

    /// The same, to be written, or to be compared with what is expected there.
    abstract void own(Word w);

    /// This CPU has just written `w`; waiters may have to be woken.
    abstract void written(Word w);

    // --- words -------------------------------------------------------------------------------

    @Override
    public long load(Word w) {
        fetch(w);
        return w.value;
    }

    @Override
    public void store(Word w, long value) {
        own(w);
        w.value = value;
        written(w);
    }

    @Override
    public boolean cas(Word w, long expect, long update) {
        return casOrSeen(w, expect, update) == expect;
    }

    @Override
    public long casOrSeen(Word w, long expect, long update) {
        own(w);
        long before = w.value;
        if (before == expect) {
            w.value = update;
            written(w);
        }
        return before;
    }

    @Override
    public long fetchAdd(Word w, long delta) {
        own(w);
        long before = w.value;
        w.value = before + delta;
        written(w);
        return before;
    }

    @Override
    public long fetchOr(Word w, long bits) {
        own(w);
        long before = w.value;
        w.value = before | bits;
        written(w);
        return before;
    }

    @Override
    public long fetchAnd(Word w, long mask) {
        own(w);
        long before = w.value;
        w.value = before & mask;
        written(w);
        return before;
    }

    @Override
    public long swap(Word w, long value) {
        own(w);
        long before = w.value;
        w.value = value;
        written(w);
        return before;
    }

    @Override
    public long swapBits(Word w, long mask, long bits) {
        own(w);
        long before = w.value;
        w.value = before & ~mask | bits;
        written(w);
        return before;
    }

    @Override
    public long peek(Word w) {
        return w.value;
    }

    @Override
    public void fence() {}

    // --- slabs -------------------------------------------------------------------------------

    @Override
    public long load(long[] slab, int i) {
        slabStep();
        return slab[i];
    }

    @Override
    public void store(long[] slab, int i, long value) {
        slabStep();
        slab[i] = value;
    }

    @Override
    public boolean cas(long[] slab, int i, long expect, long update) {
        slabStep();
        if (slab[i] != expect) {
            return false;
        }
        slab[i] = update;
        return true;
    }

    @Override
    public long fetchAdd(long[] slab, int i, long delta) {
        slabStep();
        long before = slab[i];
        slab[i] = before + delta;
        return before;
    }

    @Override
    public long fetchOr(long[] slab, int i, long bits) {
        slabStep();
        long before = slab[i];
        slab[i] = before | bits;
        return before;
    }

    @Override
    public long fetchAnd(long[] slab, int i, long mask) {
        slabStep();
        long before = slab[i];
        slab[i] = before & mask;
        return before;
    }

    @Override
    public long swap(long[] slab, int i, long value) {
        slabStep();
        long before = slab[i];
        slab[i] = value;
        return before;
    }

    @Override
    public long peek(long[] slab, int i) {
        return slab[i];
    }

    @Override
    public final boolean peeksFreely() {
        return true;
    }

    @Override
    public void publish(long[] slab, int i, long value) {
        slab[i] = value;
    }
}
