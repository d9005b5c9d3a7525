package org.gleaner.mm.lru;

import java.util.Arrays;

/// Which page tables held enough young entries to be worth a scan: 32,768 bits, two hash functions.
/// Lost updates of racing walkers are allowed; they cost a scan or miss one.
final class BloomFilter {
    private static final int SHIFT = 15;
    private static final long GOLDEN_RATIO_64 = 0x61C8864680B583EBL;

    private final long[] bits = new long[1 << SHIFT - 6];

    boolean test(long key) {
        long hash = hash(key);
        return get(first(hash)) && get(second(hash));
    }

    void set(long key) {
        long hash = hash(key);
        put(first(hash));
        put(second(hash));
    }

    void clear() {
        Arrays.fill(bits, 0);
    }

    private static long hash(long key) {
        return key * GOLDEN_RATIO_64 >>> 64 - 2 * SHIFT;
    }

    private static int first(long hash) {
        return (int) hash & (1 << SHIFT) - 1;
    }

    private static int second(long hash) {
        return (int) (hash >>> SHIFT);
    }

    private boolean get(int bit) {
        return (bits[bit >>> 6] & 1L << bit) != 0;
    }

    private void put(int bit) {
        bits[bit >>> 6] |= 1L << bit;
    }
}
