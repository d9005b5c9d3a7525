package org.gleaner.mm.lru;

import java.util.Arrays;
import org.gleaner.machine.Cpu;

/// Which page tables held enough young entries to be worth a scan: 32,768 bits, two hash functions.
/// Who clears it races with who sets and tests, which costs a scan or misses one.
final class BloomFilter {
    private static final int SHIFT = 15;
    private static final long GOLDEN_RATIO_64 = 0x61C8864680B583EBL;

    private final long[] bits = new long[1 << SHIFT - 6];

    boolean test(Cpu cpu, long key) {
        long hash = hash(key);
        return get(cpu, first(hash)) && get(cpu, second(hash));
    }

    void set(Cpu cpu, long key) {
        long hash = hash(key);
        put(cpu, first(hash));
        put(cpu, second(hash));
    }

    void clear(Cpu cpu) {
        cpu.writes(bits, 0, bits.length);
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

    private boolean get(Cpu cpu, int bit) {
        return (cpu.peek(bits, bit >>> 6) & 1L << bit) != 0;
    }

    private void put(Cpu cpu, int bit) {
        if (!get(cpu, bit)) {
            cpu.fetchOr(bits, bit >>> 6, 1L << bit);
        }
    }
}
