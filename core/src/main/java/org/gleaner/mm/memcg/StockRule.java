package org.gleaner.mm.memcg;

/// For how many cgroups a CPU keeps charges ahead, and whose it gives back for another's.
public enum StockRule {
    /// One cgroup, up to 6.12.
    SINGLE(1),

    /// Seven, of which a random one goes: 6.18.
    RANDOM(7),

    /// Seven, which go in turn: 7.2.
    ROUND_ROBIN(7);

    /// Cgroups per CPU.
    final int ways;

    StockRule(int ways) {
        this.ways = ways;
    }

    /// Which way goes next; `state` is the CPU's own, to be kept by the caller.
    int victim(long state) {
        return switch (this) {
            case SINGLE -> 0;
            case RANDOM -> (int) Long.remainderUnsigned(mix(state), ways);
            case ROUND_ROBIN -> (int) Long.remainderUnsigned(state, ways);
        };
    }

    private static long mix(long x) {
        long z = (x ^ x >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
