package org.gleaner.machine;

import java.util.Arrays;

/// From int to int, by open addressing; a missing key maps to -1. Emptying it costs no more than
/// what was in it.
public final class IntMap {
    private int[] keys;
    private int[] values;
    private boolean[] used;
    private int[] filled;
    private int size;

    /// With room for half of `slots`, a power of two, before it grows.
    public IntMap(int slots) {
        keys = new int[slots];
        values = new int[slots];
        used = new boolean[slots];
        filled = new int[slots / 2];
    }

    public void clear() {
        for (int i = 0; i < size; i++) {
            used[filled[i]] = false;
        }
        size = 0;
    }

    public int get(int key) {
        int at = slot(key);
        return used[at] ? values[at] : -1;
    }

    /// Returns the value before.
    public int put(int key, int value) {
        int at = slot(key);
        if (used[at]) {
            int old = values[at];
            values[at] = value;
            return old;
        }
        if (size == filled.length) {
            grow();
            at = slot(key);
        }
        used[at] = true;
        keys[at] = key;
        values[at] = value;
        filled[size++] = at;
        return -1;
    }

    private int slot(int key) {
        int mask = keys.length - 1;
        int at = (key * 0x9E37_79B9 >>> 8) & mask;
        while (used[at] && keys[at] != key) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        int[] oldKeys = keys;
        int[] oldValues = values;
        int[] oldFilled = Arrays.copyOf(filled, size);
        keys = new int[oldKeys.length * 2];
        values = new int[keys.length];
        used = new boolean[keys.length];
        filled = new int[keys.length / 2];
        size = 0;
        for (int at : oldFilled) {
            put(oldKeys[at], oldValues[at]);
        }
    }
}
