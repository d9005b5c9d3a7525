package org.gleaner.lab.fleet;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A distribution by what some percent of all do not exceed.
///
/// @param values by percent, 0 to 100, growing; 100 is among them
public record Percentiles(NavigableMap<Integer, Double> values) {

    public Percentiles {
        values = Collections.unmodifiableNavigableMap(new TreeMap<>(values));
    }

    /// Of pairs: percent, value.
    static Percentiles of(double... pairs) {
        NavigableMap<Integer, Double> values = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put((int) pairs[i], pairs[i + 1]);
        }
        return new Percentiles(values);
    }

    /// All that a distribution has, times `unit`; what lies between equal values is left out.
    static Percentiles of(Distribution distribution, double unit) {
        NavigableMap<Integer, Double> values = new TreeMap<>();
        for (int percent = 0; percent <= 100; percent++) {
            double value = distribution.quantile(percent / 100.0);
            boolean inside =
                    percent > 0
                            && percent < 100
                            && value == distribution.quantile((percent - 1) / 100.0)
                            && value == distribution.quantile((percent + 1) / 100.0);
            if (!inside) {
                values.put(percent, value * unit);
            }
        }
        return new Percentiles(values);
    }

    /// The value that a share does not exceed, one of those that were given: for what comes in
    /// sizes.
    ///
    /// @param share 0 to 1
    double step(double share) {
        Map.Entry<Integer, Double> at = values.ceilingEntry((int) Math.ceil(share * 100));
        return at == null ? values.sequencedValues().getLast() : at.getValue();
    }

    /// The same on a line from each value to the next.
    double line(double share) {
        double percent = share * 100;
        Map.Entry<Integer, Double> low = values.floorEntry((int) Math.floor(percent));
        Map.Entry<Integer, Double> high = values.higherEntry((int) Math.floor(percent));
        if (low == null || high == null) {
            return low != null ? low.getValue() : values.sequencedValues().getFirst();
        }
        double part = (percent - low.getKey()) / (high.getKey() - low.getKey());
        return low.getValue() + part * (high.getValue() - low.getValue());
    }

    /// The same with every value between two bounds.
    Percentiles within(double least, double most) {
        return new Percentiles(
                values.entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        Map.Entry::getKey,
                                        each -> Math.clamp(each.getValue(), least, most),
                                        (a, _) -> a,
                                        TreeMap::new)));
    }

    /// So many of its values, spread evenly, to be compared with others.
    public Distribution distribution(boolean inSteps) {
        Distribution all = new Distribution();
        int n = 1000;
        for (int i = 0; i < n; i++) {
            double share = (i + 0.5) / n;
            all.add(inSteps ? step(share) : line(share), 1);
        }
        return all;
    }
}
