package org.gleaner.lab.fleet;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// Numbers with weights, in bounded memory: their mean, and the value below which a share of the
/// weight lies.
///
/// Exact while there are few different values, as sizes of VMs are. Then values are counted in
/// classes, each 1 % wide, and a class stands for the mean of what is in it.
public final class Distribution {

    private static final int MOST_VALUES = 4_096;

    /// From the lower edge of a class to the next, as a logarithm.
    private static final double WIDTH = Math.log(1.01);

    /// Smaller is as 0.
    private static final double LEAST = 1e-12;

    private final TreeMap<Double, double[]> classes = new TreeMap<>();
    private boolean exact = true;
    private long count;
    private double weight;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;

    /// Adds a number, 0 and up; what is no number is passed over.
    ///
    /// @param by its weight; 0 and less are passed over
    public void add(double value, double by) {
        if (Double.isNaN(value) || !(by > 0)) {
            return;
        }
        count++;
        weight += by;
        least = Math.min(least, value);
        most = Math.max(most, value);
        put(exact ? value : edge(value), value, by);
        if (exact && classes.size() > MOST_VALUES) {
            coarsen();
        }
    }

    private void put(double key, double value, double by) {
        double[] sums = classes.computeIfAbsent(key, _ -> new double[2]);
        sums[0] += by;
        sums[1] += by * value;
    }

    private static double edge(double value) {
        return value < LEAST ? -1e9 : Math.floor(Math.log(value) / WIDTH);
    }

    private void coarsen() {
        exact = false;
        Map<Double, double[]> before = new TreeMap<>(classes);
        classes.clear();
        before.forEach((value, sums) -> put(edge(value), value, sums[0]));
    }

    /// Numbers that were added.
    public long count() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public double mean() {
        double sum = 0;
        for (double[] sums : classes.values()) {
            sum += sums[1];
        }
        return sum / weight;
    }

    /// The least value that a share of the weight does not exceed.
    ///
    /// @param share 0 to 1; 0 is the least value and 1 the most
    public double quantile(double share) {
        double due = share * weight;
        double done = 0;
        if (share <= 0) {
            return least;
        }
        for (double[] sums : classes.values()) {
            done += sums[0];
            if (done >= due * (1 - 1e-12)) {
                return Math.clamp(sums[1] / sums[0], least, most);
            }
        }
        return most;
    }

    /// Values and the share of the weight up to each, in their order.
    private double[][] steps() {
        double[][] steps = new double[classes.size()][];
        double done = 0;
        int i = 0;
        for (double[] sums : classes.values()) {
            done += sums[0];
            steps[i++] = new double[] {sums[1] / sums[0], done / weight};
        }
        return steps;
    }

    /// How far this and another are apart: the largest difference of the shares up to any value
    /// (Kolmogorov and Smirnov's distance). Values within 1 % of each other count as one, which is
    /// what classes can tell.
    public double distance(Distribution other) {
        double[][] mine = steps();
        double[][] theirs = other.steps();
        double[] values = new double[mine.length + theirs.length];
        int n = 0;
        for (double[] step : mine) {
            values[n++] = step[0];
        }
        for (double[] step : theirs) {
            values[n++] = step[0];
        }
        Arrays.sort(values);
        double distance = 0;
        for (double value : values) {
            double near = value * 1.01;
            distance = Math.max(distance, upTo(mine, value) - upTo(theirs, near));
            distance = Math.max(distance, upTo(theirs, value) - upTo(mine, near));
        }
        return distance;
    }

    private static double upTo(double[][] steps, double value) {
        int from = 0;
        int to = steps.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (steps[middle][0] <= value) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from == 0 ? 0 : steps[from - 1][1];
    }
}
