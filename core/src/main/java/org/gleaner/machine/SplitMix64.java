package org.gleaner.machine;

/// The mixing of numbers that the generator SplitMix64 is made of (Steele, Lea and Flood, *Fast
/// splittable pseudorandom number generators*, 2014), for seeds and hash tables.
public final class SplitMix64 {

    /// 2^64 over the golden ratio, odd: the multiples of neighbours lie far apart.
    public static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

    /// An odd number that is no simple multiple of it, for the second of two.
    private static final long SECOND = 0xd134_2543_de82_ef95L;

    private SplitMix64() {}

    /// The generator's last step: every bit hangs on all bits of `state`.
    public static long mix(long state) {
        long z = (state ^ state >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }

    /// A hash of a number whose lower bits may index a table: the product spreads neighbours, and
    /// the fold brings its high bits down.
    public static int hash(long number) {
        long product = number * GOLDEN;
        return (int) (product >>> 32 ^ product >>> 11);
    }

    /// A hash of two.
    public static int hash(long first, long second) {
        return hash(first + second * SECOND);
    }
}
