package org.gleaner.lab.report;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/// One figure, as it came out with each of several seeds.
///
/// Of several, the median is printed with the range, and as many digits as the range supports: down
/// to a tenth of its largest digit. A figure that no seed moves, and the figure of a single seed,
/// stand alone.
record Spread(double least, double median, double most) {

    /// Digits that a range may ask for.
    private static final int MOST_DIGITS = 5;

    /// @param all one or more
    static <T> Spread of(List<T> all, ToDoubleFunction<T> figure) {
        double[] sorted = all.stream().mapToDouble(figure).sorted().toArray();
        return new Spread(sorted[0], median(sorted), sorted[sorted.length - 1]);
    }

    static double median(double... sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /// The median of integers is one.
    static long median(long... sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[half]
                : Math.floorDiv(Math.addExact(sorted[half - 1], sorted[half]), 2);
    }

    /// As a measured amount.
    String number() {
        return varies() ? range(this::decimal) : Figures.number(median);
    }

    /// As a number of things.
    String count() {
        return varies() ? range(this::whole) : Figures.count(Math.round(median));
    }

    private boolean varies() {
        return most > least;
    }

    private String range(DoubleFunction<String> format) {
        return format.apply(median) + " (" + format.apply(least) + "-" + format.apply(most) + ")";
    }

    /// The power of ten of the last digit that the range supports.
    private int last() {
        int supported = (int) Math.floor(Math.log10(most - least)) - 1;
        int first = (int) Math.floor(Math.log10(Math.max(Math.abs(least), Math.abs(most))));
        return Math.max(supported, first - MOST_DIGITS + 1);
    }

    private String decimal(double value) {
        return String.format(Locale.ROOT, "%." + Math.clamp(-last(), 0, 9) + "f", value);
    }

    private String whole(double value) {
        long step = LongStream.range(0, Math.max(0, last())).reduce(1, (ten, _) -> ten * 10);
        return Figures.count(Math.round(value / step) * step);
    }
}
