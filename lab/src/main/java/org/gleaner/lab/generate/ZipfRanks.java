package org.gleaner.lab.generate;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Ranks by Zipf's law, drawn by inverting the sum of the chances: rank `k`, from 0, comes with a
/// chance of `1 / (k + 1)^exponent`.
public final class ZipfRanks {
    private final double[] upTo;

    /// @param n ranks, 1 and up
    /// @param exponent 0 makes all alike
    public ZipfRanks(int n, double exponent) {
        upTo = new double[n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += StrictMath.pow(i + 1.0, -exponent);
            upTo[i] = sum;
        }
    }

    /// The next rank, 0 to `n - 1`.
    public int next(SplittableRandom random) {
        double at = random.nextDouble() * upTo[upTo.length - 1];
        int found = Arrays.binarySearch(upTo, at);
        return Math.min(found >= 0 ? found + 1 : -found - 1, upTo.length - 1);
    }

    /// `0` to `n - 1` in random order.
    public static int[] shuffled(int n, SplittableRandom random) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
