package org.gleaner.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Memory as one CPU of a search sees it: what it has stored is on its way ([StoreBuffer]), and
/// what it loads may be of the past ([WeakView]).
///
/// Without store buffers it is plain memory. With those of x86 whatever writes and is no store
/// waits until the buffer is empty. With weak memory an access orders what was declared of it, or
/// what [Cpu] says: a load acquires, a store releases, a read-modify-write does both.
final class LocalMemory {
    private final ExploringEngine engine;

    /// The CPU's pending step.
    private final Step step;

    final StoreBuffer buffer = new StoreBuffer();

    /// The steps that reach memory next from the buffer, by lane.
    final Step[] drains;

    /// Null unless memory is weak and a search runs.
    private @Nullable WeakView view;

    /// What was declared of the next access, and what holds of the pending one.
    private @Nullable MemoryOrder declared;

    private MemoryOrder order = MemoryOrder.FULL;

    /// The range that the pending step declares to store to.
    private int rangeWord;

    private int rangeSpan;

    LocalMemory(ExploringEngine engine, Step step) {
        this.engine = engine;
        this.step = step;
        drains = new Step[engine.lanes()];
        Arrays.setAll(drains, lane -> new Step());
    }

    void beginRun(int lanes, @Nullable WeakView view) {
        this.view = view;
        declared = null;
        if (lanes > 0) {
            buffer.arm(lanes);
        }
    }

    boolean isArmed() {
        return buffer.armed();
    }

    boolean isWeak() {
        return view != null;
    }

    /// Whether stores go into the buffer.
    boolean buffers() {
        return buffer.armed() && engine.isSearching();
    }

    /// The number that stands for the buffer.
    int number() {
        return engine.words.of(buffer.word);
    }

    // --- orders ----------------------------------------------------------------------------------

    void only(@Nullable MemoryOrder of) {
        declared = view == null ? null : of;
    }

    @Nullable MemoryOrder declaredOrder() {
        return declared;
    }

    /// Whether the next store releases.
    boolean isRelease() {
        return declared == null || declared == MemoryOrder.RELEASE || declared == MemoryOrder.FULL;
    }

    /// The pending access orders what was declared, or else `most`.
    void orders(MemoryOrder most) {
        order = declared != null ? declared : most;
        declared = null;
    }

    /// Whether the pending step, which writes, comes after all that the buffer has.
    private boolean waitsForStores() {
        boolean any = view == null || order == MemoryOrder.FULL || order == MemoryOrder.RELEASE;
        return step.writes && buffer.armed() && any;
    }

    /// Says what the pending access has to do with the buffer.
    void describe() {
        if (waitsForStores()) {
            step.also = number();
        }
    }

    /// The same of what is declared and done beside the engine.
    void describeDeclared() {
        if (view != null && !step.intoBuffer && waitsForStores()) {
            step.also = number();
        }
    }

    /// Whether what is in the buffer lets the pending step be taken.
    boolean goesBeforeStores() {
        if (step.kind == Step.Kind.FENCE) {
            return false;
        }
        if (step.intoBuffer) {
            return step.kind != Step.Kind.WRITE || !buffer.has(rangeWord, rangeSpan);
        }
        if (step.writes) {
            return !waitsForStores() && !buffer.has(step.word, 1);
        }
        return view == null || step.kind != Step.Kind.READ || !buffer.has(step.word, step.span);
    }

    // --- loads -----------------------------------------------------------------------------------

    /// What this CPU reads in a word, early loads aside.
    long own(int number) {
        return buffer.find(number, engine.words.value(number));
    }

    /// Whether the pending step is a load that may be early.
    boolean mayBeEarly() {
        boolean load = step.kind == Step.Kind.LOAD || step.kind == Step.Kind.PEEK;
        return view != null
                && load
                && !buffer.has(step.word, 1)
                && view.mayBeEarly(step.word, order, engine.words.value(step.word));
    }

    /// What the pending load finds where memory has this.
    long found(int number, long memory, boolean early) {
        if (view == null || buffer.has(number, 1)) {
            return buffer.find(number, memory);
        }
        if (early) {
            return view.early(number, order);
        }
        view.loaded(number, order);
        return memory;
    }

    // --- stores ----------------------------------------------------------------------------------

    void add(
            @Nullable Word w,
            long @Nullable [] slab,
            int i,
            long value,
            int target,
            boolean release) {
        buffer.describe(step, target, 1, release);
        buffer.add(w, slab, i, value, target, release);
    }

    /// The pending step will declare that a range is stored to.
    void opens(int number, int n) {
        rangeWord = number;
        rangeSpan = n;
    }

    boolean isOpening() {
        return rangeSpan > 0;
    }

    /// It has declared so; the stores follow.
    void opened(long[] slab, int i, int n) {
        rangeSpan = 0;
        buffer.open(slab, i, n);
    }

    /// What was stored plainly behind a declaration is on its way, too.
    void settle() {
        if (buffer.armed()) {
            buffer.close(engine.words);
        }
    }

    /// A store reaches memory.
    void drain(int lane) {
        buffer.drainInto(lane, drains[lane], this::reached);
    }

    private void reached(int number, long before, long after) {
        if (view != null) {
            engine.changed(number, before, after);
            view.stored(number, engine.step());
        }
    }

    // --- what goes to memory at once
    // ---------------------------------------------------------------

    /// The pending step has changed a word.
    void updated(int number, long before, long after) {
        if (view != null) {
            engine.changed(number, before, after);
            view.updated(number, order, engine.step());
        }
    }

    /// The last step has changed a run of words.
    void changed(int number, int n, long before, long after) {
        if (view != null) {
            for (int k = 0; k < n; k++) {
                engine.changed(number + k, before, after);
            }
            view.ordered(engine.step());
        }
    }

    void fence() {
        if (view != null) {
            view.ordered(engine.step());
        }
    }

    /// The pending step has declared an access beside the engine.
    void declared() {
        if (step.intoBuffer) {
            buffer.describe(step, rangeWord, rangeSpan, false);
        } else if (view != null) {
            if (step.writes && step.word < 0) {
                engine.changed(step.word, 0, 1);
            }
            if (step.writes || step.span > 1) {
                view.ordered(engine.step());
            } else {
                view.read(step.word);
            }
        }
    }
}
