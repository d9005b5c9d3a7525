package org.gleaner.machine;

/// How long the same piece of a page fault takes from one time to the next, on a CPU that has
/// others beside it: what it needs is in a near cache, in another core's, or in memory.
///
/// The shape is that of minor faults of anonymous memory as they were measured one by one (an
/// 11th-generation i7: shortest 575 ns, median 1013, 95 in 100 up to 4025): a logarithmic normal
/// distribution over the shortest. The mean stays what a [CostModel] says, so that who never waits
/// for others takes as long as if all were equal; a queue feels the difference.
///
/// Not thread-safe; each CPU has its own, and a seed and an id make the same row of lengths.
@OneCpu
final class WorkLengths {
    private static final double SHORTEST = 575;
    private static final double MEDIAN = 1013;
    private static final double P95 = 4025;

    /// The standard normal distribution's quantile of 0.95.
    private static final double Z95 = 1.6448536269514722;

    private static final int BITS = 10;

    /// What a share of one is here.
    private static final int ONE = 1 << BITS;

    /// Shares of the mean, each as likely as another, in 1/1024.
    private static final int[] SHARES = shares();

    private long state;

    WorkLengths(long seed, int id) {
        state = seed * SplitMix64.GOLDEN + id;
        next();
    }

    /// The next length of work that takes `mean` ticks on average.
    long of(long mean) {
        return mean * SHARES[next()] >> BITS;
    }

    /// Ten bits of a congruential generator's upper ones.
    private int next() {
        state = state * 6364136223846793005L + 1442695040888963407L;
        return (int) (state >>> Long.SIZE - BITS);
    }

    private static int[] shares() {
        double spread = StrictMath.log((P95 - SHORTEST) / (MEDIAN - SHORTEST)) / Z95;
        double[] lengths = new double[ONE];
        double sum = 0;
        for (int i = 0; i < ONE; i++) {
            double z = normalQuantile((i + 0.5) / ONE);
            lengths[i] = SHORTEST + (MEDIAN - SHORTEST) * StrictMath.exp(spread * z);
            sum += lengths[i];
        }
        int[] all = new int[ONE];
        for (int i = 0; i < ONE; i++) {
            all[i] = (int) StrictMath.round(lengths[i] / sum * ONE * ONE);
        }
        return all;
    }

    /// By bisection, of a probability between 1/2048 and 2047/2048.
    private static double normalQuantile(double probability) {
        double low = -4;
        double high = 4;
        for (int i = 0; i < 50; i++) {
            double middle = (low + high) / 2;
            if (normal(middle) < probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// The standard normal distribution up to `z`, by its power series.
    private static double normal(double z) {
        double term = z;
        double sum = z;
        for (int k = 3; StrictMath.abs(term) > 1e-15; k += 2) {
            term *= z * z / k;
            sum += term;
        }
        return 0.5 + sum * StrictMath.exp(-z * z / 2) / StrictMath.sqrt(2 * StrictMath.PI);
    }
}
