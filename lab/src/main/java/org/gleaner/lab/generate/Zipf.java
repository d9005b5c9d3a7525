package org.gleaner.lab.generate;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Zipf's law: the page of rank `k` is touched with a chance of `1 / k^exponent`. The ranks are
/// scattered over the pages.
final class Zipf implements Pattern {

    @Override
    public String name() {
        return "zipf";
    }

    @Override
    public String summary() {
        return "few pages are touched most: Zipf's law, the ranks scattered over memory";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.pages("pages", "memory", 32_768),
                new Parameter("exponent", "of Zipf's law", 0.99, 0, 10, false),
                Pattern.writes());
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        Ranks ranks = new Ranks(values.count("pages"), values.number("exponent"));
        int[] pageOf = shuffled(values.count("pages"), random);
        double writes = values.number("writes");
        return sink -> sink.access(pageOf[ranks.next(random)], random.nextDouble() < writes);
    }

    /// `0` to `n - 1` in random order.
    static int[] shuffled(int n, SplittableRandom random) {
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

    /// Ranks drawn by inverting the sum of the chances.
    static final class Ranks {
        private final double[] upTo;

        Ranks(int n, double exponent) {
            upTo = new double[n];
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += StrictMath.pow(i + 1.0, -exponent);
                upTo[i] = sum;
            }
        }

        int next(SplittableRandom random) {
            double at = random.nextDouble() * upTo[upTo.length - 1];
            int found = Arrays.binarySearch(upTo, at);
            return Math.min(found >= 0 ? found + 1 : -found - 1, upTo.length - 1);
        }
    }
}
