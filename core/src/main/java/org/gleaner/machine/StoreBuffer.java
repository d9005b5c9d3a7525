package org.gleaner.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Stores of one CPU that have not reached memory yet, oldest first, in *lanes*: those of one lane
/// reach memory in order, those of different lanes in any, but that a store which releases comes
/// after all that are older. What x86 calls its store buffer has one lane.
///
/// Stores to one word are in one lane. A store that releases takes the first, a plain one the first
/// that is free; if none is, the last: so as many words as there are lanes may change places.
final class StoreBuffer {
    private static final int CAPACITY = 64;

    /// Stands for the buffer in the dependences of steps; has no value.
    final Word word = new Word();

    private int lanes;
    private @Nullable Word[] words = {};
    private long[] @Nullable [] slabs = {};
    private int[] indexes = {};
    private int[] targets = {};
    private int[] laneOf = {};
    private boolean[] releases = {};

    /// One value, or those of a range.
    private long[][] values = {};

    private int size;

    /// By entry, and of the next: how many stores there were before it.
    private int[] ages = {};

    private int made;

    /// Where a range that is being stored to begins and how long it is; 0 if there is none.
    private int openIndex;

    private int openSpan;
    private long[] openSlab = {};
    private long[] openBefore = {};

    void arm(int lanes) {
        if (this.lanes == 0) {
            this.lanes = lanes;
            words = new Word[CAPACITY];
            slabs = new long[CAPACITY][];
            indexes = new int[CAPACITY];
            targets = new int[CAPACITY];
            laneOf = new int[CAPACITY];
            releases = new boolean[CAPACITY];
            values = new long[CAPACITY][];
            ages = new int[CAPACITY];
        }
    }

    boolean armed() {
        return lanes > 0;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// The oldest store of a lane, or -1.
    private int head(int lane) {
        for (int at = 0; at < size; at++) {
            if (laneOf[at] == lane) {
                return at;
            }
        }
        return -1;
    }

    /// Whether a store of this lane may reach memory next.
    boolean mayDrain(int lane) {
        int head = head(lane);
        return head >= 0 && (head == 0 || !releases[head]);
    }

    /// Says which words the oldest store of a lane is for.
    void describe(int lane, Step step) {
        int head = head(lane);
        step.word = targets[head];
        step.span = values[head].length;
        step.store = ages[head];
        step.intoBuffer = false;
        step.behind = releases[head];
    }

    /// Says what a step does that adds a store.
    void describe(Step step, int target, int span, boolean release) {
        step.store = made;
        int lane = laneFor(target, span, release);
        step.behind = !release && head(lane) >= 0 && !has(target, span);
    }

    /// Adds a store of one word.
    void add(
            @Nullable Word w,
            long @Nullable [] slab,
            int i,
            long value,
            int target,
            boolean release) {
        add(w, slab, i, new long[] {value}, target, release);
    }

    private void add(
            @Nullable Word w,
            long @Nullable [] slab,
            int i,
            long[] value,
            int target,
            boolean release) {
        if (size == CAPACITY) {
            throw new IllegalStateException("a store buffer of " + CAPACITY + " is full");
        }
        int lane = laneFor(target, value.length, release);
        words[size] = w;
        slabs[size] = slab;
        indexes[size] = i;
        targets[size] = target;
        laneOf[size] = lane;
        releases[size] = release;
        ages[size] = made++;
        values[size++] = value;
    }

    private int laneFor(int target, int span, boolean release) {
        for (int at = size - 1; at >= 0; at--) {
            if (Step.overlaps(targets[at], values[at].length, target, span)) {
                return laneOf[at];
            }
        }
        int lane = 0;
        while (!release && lane < lanes - 1 && head(lane) >= 0) {
            lane++;
        }
        return lane;
    }

    /// Whether a store to one of these words is on its way.
    boolean has(int target, int span) {
        for (int at = 0; at < size; at++) {
            if (Step.overlaps(targets[at], values[at].length, target, span)) {
                return true;
            }
        }
        return false;
    }

    /// What the owner reads there: its own last store, else what is in memory.
    long find(int target, long memory) {
        for (int at = size - 1; at >= 0; at--) {
            if (Step.overlaps(targets[at], values[at].length, target, 1)) {
                return values[at][target - targets[at]];
            }
        }
        return memory;
    }

    // --- ranges that are stored to behind the engine's back
    // ----------------------------------------

    /// The owner is about to store to `n` words of a slab.
    void open(long[] slab, int i, int n) {
        openSlab = slab;
        openIndex = i;
        openSpan = n;
        openBefore = Arrays.copyOfRange(slab, i, i + n);
    }

    /// It has, if there was such a range: takes its stores back out of memory.
    void close(WordNumbers numbers) {
        if (openSpan > 0) {
            long[] stored = Arrays.copyOfRange(openSlab, openIndex, openIndex + openSpan);
            System.arraycopy(openBefore, 0, openSlab, openIndex, openSpan);
            add(null, openSlab, openIndex, stored, numbers.of(openSlab, openIndex), false);
            openSpan = 0;
        }
    }

    // --- memory --------------------------------------------------------------------------------

    /// Lets the oldest store of a lane reach memory, and says in `step` what that did.
    ///
    /// @param changed hears of each word that has another value now
    void drainInto(int lane, Step step, Changed changed) {
        int head = head(lane);
        Word w = words[head];
        long[] slab = slabs[head];
        long[] value = values[head];
        if (w != null) {
            step.before = w.value;
            w.value = value[0];
            changed.changed(targets[head], step.before, value[0]);
        } else if (slab != null) {
            int i = indexes[head];
            step.before = slab[i];
            for (int k = 0; k < value.length; k++) {
                changed.changed(targets[head] + k, slab[i + k], value[k]);
                slab[i + k] = value[k];
            }
        }
        step.after = value[0];
        remove(head);
    }

    private void remove(int at) {
        int behind = --size - at;
        System.arraycopy(words, at + 1, words, at, behind);
        System.arraycopy(slabs, at + 1, slabs, at, behind);
        System.arraycopy(indexes, at + 1, indexes, at, behind);
        System.arraycopy(targets, at + 1, targets, at, behind);
        System.arraycopy(laneOf, at + 1, laneOf, at, behind);
        System.arraycopy(releases, at + 1, releases, at, behind);
        System.arraycopy(values, at + 1, values, at, behind);
        System.arraycopy(ages, at + 1, ages, at, behind);
    }

    /// For [#drainInto].
    @FunctionalInterface
    interface Changed {
        void changed(int number, long before, long after);
    }
}
