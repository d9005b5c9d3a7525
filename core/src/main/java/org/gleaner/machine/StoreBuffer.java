package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// Stores of one CPU that have not reached memory yet, oldest first; what x86 calls its store
/// buffer.
final class StoreBuffer {
    private static final int CAPACITY = 64;

    /// Stands for the buffer in the dependences of steps; has no value.
    final Word word = new Word();

    private boolean armed;
    private @Nullable Word[] words = {};
    private long[] @Nullable [] slabs = {};
    private int[] indexes = {};
    private long[] values = {};
    private int[] targets = {};
    private int size;

    void arm() {
        if (!armed) {
            armed = true;
            words = new Word[CAPACITY];
            slabs = new long[CAPACITY][];
            indexes = new int[CAPACITY];
            values = new long[CAPACITY];
            targets = new int[CAPACITY];
        }
    }

    boolean armed() {
        return armed;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// Number of the word that the oldest store is for.
    int target() {
        return targets[0];
    }

    void add(@Nullable Word w, long @Nullable [] slab, int i, long value, int target) {
        if (size == CAPACITY) {
            throw new IllegalStateException("a store buffer of " + CAPACITY + " is full");
        }
        words[size] = w;
        slabs[size] = slab;
        indexes[size] = i;
        values[size] = value;
        targets[size++] = target;
    }

    /// What the owner reads there: its own last store, else what is in memory.
    long find(@Nullable Word w, long @Nullable [] slab, int i, long memory) {
        for (int at = size - 1; at >= 0; at--) {
            if (w != null ? words[at] == w : slabs[at] == slab && indexes[at] == i) {
                return values[at];
            }
        }
        return memory;
    }

    /// As [#find], by number.
    long find(int target, long memory) {
        for (int at = size - 1; at >= 0; at--) {
            if (targets[at] == target) {
                return values[at];
            }
        }
        return memory;
    }

    /// Lets the oldest store reach memory, and says in `step` what that did.
    void drainInto(Step step) {
        Word w = words[0];
        long[] slab = slabs[0];
        if (w != null) {
            step.before = w.value;
            w.value = values[0];
        } else if (slab != null) {
            step.before = slab[indexes[0]];
            slab[indexes[0]] = values[0];
        }
        step.after = values[0];
        size--;
        System.arraycopy(words, 1, words, 0, size);
        System.arraycopy(slabs, 1, slabs, 0, size);
        System.arraycopy(indexes, 1, indexes, 0, size);
        System.arraycopy(values, 1, values, 0, size);
        System.arraycopy(targets, 1, targets, 0, size);
    }
}
