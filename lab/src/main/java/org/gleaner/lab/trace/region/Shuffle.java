package org.gleaner.lab.trace.region;

import org.gleaner.machine.SplitMix64;

/// The numbers below some bound in an order by chance, without holding them: a Feistel cipher of
/// four rounds over the next power of four, walked along until it comes back below the bound.
final class Shuffle {

    private static final int ROUNDS = 4;

    private final long bound;
    private final long key;
    private final int half;
    private final long mask;

    /// @param bound 1 to 2^60
    Shuffle(long bound, long key) {
        this.bound = bound;
        this.key = key;
        half = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(bound - 1) + 1) / 2);
        mask = (1L << half) - 1;
    }

    /// The number in place `i`, which is below the bound too.
    long at(long i) {
        long at = i;
        do {
            at = step(at);
        } while (at >= bound);
        return at;
    }

    private long step(long from) {
        long left = from >>> half;
        long right = from & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ mix(right + key + round) & mask;
            left = right;
            right = next;
        }
        return left << half | right;
    }

    /// A number by chance: every bit hangs on all bits.
    static long mix(long of) {
        return SplitMix64.mix(of + SplitMix64.GOLDEN);
    }

    /// A number of 0 to 1, without 1, of 53 of its bits.
    static double unit(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }

    /// An unsigned number.
    static double unsigned(long number) {
        return number >= 0 ? number : (number >>> 1) * 2.0;
    }
}
