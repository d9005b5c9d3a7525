package org.gleaner.machine;

import java.util.Arrays;

/// Gives each shared word of a run a number, in order of first use: runs that follow one schedule
/// agree on them. A slab word's number is made of the slab's and its index, and not negative; those
/// of a [Word], and of an object that stands for something shared beside the words, are negative.
public final class WordNumbers {
    private static final int SLAB_SHIFT = 20;

    private Object[] numbered = new Object[64];
    private int count;
    private long[][] slabs = new long[16][];
    private int slabCount;
    private int lastSlab;

    WordNumbers() {}

    int of(Word w) {
        if (w.numberedBy != this) {
            w.numberedBy = this;
            w.number = add(w);
        }
        return w.number;
    }

    int of(Object state) {
        for (int i = 0; i < count; i++) {
            if (numbered[i] == state) {
                return -1 - i;
            }
        }
        return add(state);
    }

    private int add(Object o) {
        if (count == numbered.length) {
            numbered = Arrays.copyOf(numbered, count * 2);
        }
        numbered[count++] = o;
        return -count;
    }

    int of(long[] slab, int i) {
        if (slabs[lastSlab] != slab) {
            lastSlab = find(slab);
        }
        return lastSlab << SLAB_SHIFT | i;
    }

    /// @throws Capacity.Exceeded if the slab has words, or there are slabs, that no number is left
    ///     for
    private int find(long[] slab) {
        for (int at = 0; at < slabCount; at++) {
            if (slabs[at] == slab) {
                return at;
            }
        }
        Capacity.check("words of a slab in a search", slab.length, 0, 1 << SLAB_SHIFT);
        Capacity.check("slabs of a search", slabCount + 1, 1, 1 << Integer.SIZE - 1 - SLAB_SHIFT);
        if (slabCount == slabs.length) {
            slabs = Arrays.copyOf(slabs, slabCount * 2);
        }
        slabs[slabCount] = slab;
        return slabCount++;
    }

    /// What a number stands for: a [Word], a `long[]` (see [#indexOf]), or an object that was
    /// declared.
    public Object object(int number) {
        return number < 0 ? numbered[-1 - number] : slabs[number >>> SLAB_SHIFT];
    }

    /// Where in its `long[]` a slab word is.
    public static int indexOf(int number) {
        return number & (1 << SLAB_SHIFT) - 1;
    }

    /// What is in memory there.
    long value(int number) {
        if (number >= 0) {
            return slabs[number >>> SLAB_SHIFT][indexOf(number)];
        }
        return numbered[-1 - number] instanceof Word w ? w.value : 0;
    }
}
