package org.gleaner.machine;

import java.util.Arrays;

/// What memory held before: every change of a word in one run of a search, with the step at which
/// it reached memory. All CPUs agree on this order.
final class WriteHistory {
    private static final int NONE = -1;

    private final IntMap lastOf = new IntMap(256);
    private int[] at = new int[128];
    private long[] before = new long[128];
    private int[] previous = new int[128];
    private int size;

    /// A word that held `was` has changed at step `step`, counted from 1.
    void add(int number, int step, long was) {
        if (size == at.length) {
            at = Arrays.copyOf(at, 2 * size);
            before = Arrays.copyOf(before, 2 * size);
            previous = Arrays.copyOf(previous, 2 * size);
        }
        at[size] = step;
        before[size] = was;
        previous[size] = lastOf.put(number, size);
        size++;
    }

    /// The step since which a word holds what it holds; 0 if it was never changed.
    int since(int number) {
        int entry = lastOf.get(number);
        return entry == NONE ? 0 : at[entry];
    }

    /// The oldest change of a word after step `step`, or -1: before it the word held what a load of
    /// that step finds.
    int firstAfter(int number, int step) {
        int found = NONE;
        for (int e = lastOf.get(number); e != NONE && at[e] > step; e = previous[e]) {
            found = e;
        }
        return found;
    }

    /// The step of a change.
    int step(int entry) {
        return at[entry];
    }

    /// What the word held before a change.
    long before(int entry) {
        return before[entry];
    }

    /// The step since which it had held that.
    int sinceBefore(int entry) {
        return previous[entry] == NONE ? 0 : at[previous[entry]];
    }
}
