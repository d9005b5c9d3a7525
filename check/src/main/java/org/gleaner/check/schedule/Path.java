package org.gleaner.check.schedule;

import java.util.Arrays;
import org.gleaner.machine.IntMap;
import org.gleaner.machine.Step;

/// The steps of the run that is being explored, with what a search must know of each: who took it,
/// which words it touched, and which earlier steps *happened before* it.
///
/// Step `j` happened before step `k` if there is a chain of steps from `j` to `k` in which
/// neighbours are of one actor or dependent. That is kept as a vector of clocks: `clock(k, a)` is
/// one more than the last step of actor `a` that happened before `k` (or is `k`).
final class Path {
    private static final int NONE = -1;

    final int width;

    int length;

    int[] actor = new int[256];

    /// Whose step it was: the actor's own, or of the CPU whose early loads it takes.
    int[] thread = new int[256];

    int[] word = new int[256];
    int[] span = new int[256];
    int[] also = new int[256];
    boolean[] wrote = new boolean[256];
    long[] before = new long[256];
    private int[] store = new int[256];
    private boolean[] added = new boolean[256];
    private boolean[] behind = new boolean[256];

    /// Whether the step had to wait for a value; then the step itself is in `waits`.
    boolean[] waited = new boolean[256];

    Step[] waits = new Step[256];

    /// The step before with the same first word.
    private int[] previous = new int[256];

    private int[] clocks;

    /// Last step of each actor.
    private final int[] lastOf;

    /// Last step by word, and the steps that touch more than one word.
    private final IntMap lastAt = new IntMap(256);

    private int[] wide = new int[16];
    private int wides;

    Path(int width) {
        this.width = width;
        clocks = new int[256 * width];
        lastOf = new int[width];
        clear();
    }

    void clear() {
        length = 0;
        wides = 0;
        lastAt.clear();
        Arrays.fill(lastOf, NONE);
    }

    /// Appends a step. Its clock is that of its actor so far; see [#joinConflicts].
    void add(int who, int of, Step step) {
        int k = length;
        if (k == actor.length) {
            grow();
        }
        actor[k] = who;
        thread[k] = of;
        word[k] = step.word;
        span[k] = step.span;
        also[k] = step.also;
        wrote[k] = step.writes;
        before[k] = step.before;
        store[k] = step.store;
        added[k] = step.intoBuffer;
        behind[k] = step.behind;
        waited[k] = step.waits();
        if (waited[k]) {
            if (waits[k] == null) {
                waits[k] = Step.blank();
            }
            step.copyWaitTo(waits[k]);
        }
        previous[k] = lastAt.put(step.word, k);
        if (step.span > 1 || step.also != Step.NOTHING) {
            if (wides == wide.length) {
                wide = Arrays.copyOf(wide, wides * 2);
            }
            wide[wides++] = k;
        }
        length++;
    }

    /// Makes `k` the last step of its actor.
    void passed(int k) {
        lastOf[thread[k]] = k;
    }

    private void grow() {
        int n = length * 2;
        actor = Arrays.copyOf(actor, n);
        thread = Arrays.copyOf(thread, n);
        word = Arrays.copyOf(word, n);
        span = Arrays.copyOf(span, n);
        also = Arrays.copyOf(also, n);
        wrote = Arrays.copyOf(wrote, n);
        before = Arrays.copyOf(before, n);
        store = Arrays.copyOf(store, n);
        added = Arrays.copyOf(added, n);
        behind = Arrays.copyOf(behind, n);
        waited = Arrays.copyOf(waited, n);
        waits = Arrays.copyOf(waits, n);
        previous = Arrays.copyOf(previous, n);
        clocks = Arrays.copyOf(clocks, n * width);
    }

    // --- order -------------------------------------------------------------------------------

    int clock(int k, int a) {
        return clocks[k * width + a];
    }

    /// The clock of an actor's last step, into `into`.
    void clockOf(int who, int[] into) {
        int at = lastOf[who];
        if (at == NONE) {
            Arrays.fill(into, 0);
        } else {
            System.arraycopy(clocks, at * width, into, 0, width);
        }
    }

    void setClock(int k, int[] from) {
        System.arraycopy(from, 0, clocks, k * width, width);
        clocks[k * width + thread[k]] = k + 1;
    }

    void join(int[] into, int k) {
        int at = k * width;
        for (int a = 0; a < width; a++) {
            into[a] = Math.max(into[a], clocks[at + a]);
        }
    }

    /// Whether step `j` happened before step `k`, or is it.
    boolean isBefore(int j, int k) {
        return clock(k, thread[j]) > j;
    }

    /// What a step has to do with an earlier one of the same CPU or its stores, with which it has
    /// nothing in common but the buffer.
    enum InBuffer {
        NOTHING,
        /// It could not have come before it.
        FOLLOWS,
        RACES
    }

    InBuffer inBuffer(int j, Step step, boolean bounded) {
        boolean taken = store[j] >= 0 && !added[j];
        boolean takes = step.store >= 0 && !step.intoBuffer;
        if (taken && takes) {
            boolean waited = step.behind && store[j] < step.store;
            return waited ? InBuffer.FOLLOWS : bounded ? InBuffer.RACES : InBuffer.NOTHING;
        }
        if (takes && added[j] && store[j] > step.store) {
            return behind[j] ? InBuffer.RACES : InBuffer.NOTHING;
        }
        return step.intoBuffer ? InBuffer.RACES : InBuffer.FOLLOWS;
    }

    // --- conflicts -----------------------------------------------------------------------------

    /// The latest step before `from` that touches a word of `(w, n, and)`; -1 if there is none.
    ///
    /// @param chained what [#chained] says for `w` and `from`
    int conflict(int w, int n, int and, int from, int chained) {
        // Chains know one word each; whoever touches more is compared with everybody.
        if (n > 1 || and != Step.NOTHING) {
            for (int j = from - 1; j >= 0; j--) {
                if (touches(j, w, n, and)) {
                    return j;
                }
            }
            return NONE;
        }
        for (int x = wides - 1; x >= 0 && wide[x] > chained; x--) {
            if (wide[x] < from && touches(wide[x], w, n, and)) {
                return wide[x];
            }
        }
        return chained;
    }

    /// The step before `j` with the same first word; -1 if there is none.
    int previous(int j) {
        return previous[j];
    }

    /// The last step before `from` whose first word is `w`; -1 if there is none.
    int chained(int w, int from) {
        int j = lastAt.get(w);
        while (j >= from) {
            j = previous[j];
        }
        return j;
    }

    /// Whether step `j` wrote the one word that `step` touches: what touched it before happened
    /// before `j`.
    boolean overwrites(int j, Step step) {
        return wrote[j] && span[j] == 1 && step.span == 1 && word[j] == step.word;
    }

    boolean touches(int j, int w, int n, int and) {
        return Step.overlaps(word[j], span[j], w, n)
                || also[j] != Step.NOTHING && (also[j] == w || also[j] == and)
                || and != Step.NOTHING && word[j] == and;
    }
}
