package org.gleaner.fleet.spark;

import java.util.BitSet;
import java.util.List;
import java.util.stream.LongStream;

/// Which points are finished: a bit for each, which is all that the driver holds of them.
final class IndexSet {

    private final BitSet bits = new BitSet();

    void add(long index) {
        bits.set(Math.toIntExact(index));
    }

    boolean has(long index) {
        return bits.get(Math.toIntExact(index));
    }

    long size() {
        return bits.cardinality();
    }

    /// The first indices from `from` to below `to` that are not in it.
    List<Long> missing(long from, long to, int most) {
        return LongStream.range(from, to)
                .filter(index -> !bits.get((int) index))
                .limit(most)
                .boxed()
                .toList();
    }
}
