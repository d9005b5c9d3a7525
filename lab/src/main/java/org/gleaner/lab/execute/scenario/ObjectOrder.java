package org.gleaner.lab.execute.scenario;

import java.util.SplittableRandom;
import org.gleaner.lab.choice.Order;

/// Which of so many objects side by side one vCPU takes next. It needs no memory for them: the
/// circle of a chase is computed.
final class ObjectOrder {
    private final Order order;
    private final long first;
    private final long objects;
    private final SplittableRandom random;

    /// Of a permutation of `0` to `2^bits - 1`, of which what is in range is used.
    private final int bits;

    private final long multiplier;
    private final long added;
    private long at;

    /// @param first of the objects
    /// @param objects 1 and up
    /// @param start how many have been taken before, in a fixed order
    /// @param seed of what is random; vCPUs on one circle have the same
    /// @param chance of this vCPU alone
    ObjectOrder(
            Order order, long first, long objects, long start, long seed, SplittableRandom chance) {
        this.order = order;
        this.first = first;
        this.objects = objects;
        random = chance;
        bits = Math.max(2, Long.SIZE - Long.numberOfLeadingZeros(objects - 1));
        SplittableRandom circle = new SplittableRandom(seed);
        multiplier = circle.nextLong() | 1;
        added = circle.nextLong();
        at = order == Order.CHASE ? start & mask() : start;
    }

    /// The next one.
    long next() {
        return first
                + switch (order) {
                    case LOOP -> looped();
                    case RANDOM -> random.nextLong(objects);
                    case CHASE -> chased();
                };
    }

    private long looped() {
        long now = at;
        at = now + 1 == objects ? 0 : now + 1;
        return now;
    }

    private long chased() {
        for (; ; ) {
            long found = mixed(at);
            at = at + 1 & mask();
            if (found < objects) {
                return found;
            }
        }
    }

    private long mask() {
        return (1L << bits) - 1;
    }

    /// A permutation of the numbers of so many bits: each step of it can be undone.
    private long mixed(long number) {
        long x = number + added & mask();
        int half = bits / 2;
        for (int i = 0; i < 3; i++) {
            x ^= x >>> half;
            x = x * multiplier & mask();
        }
        return x ^ x >>> half;
    }
}
