package org.gleaner.fleet.plan;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/// A key that varies, and the values that it may have.
public sealed interface Axis extends Serializable {

    String key();

    /// How many values a grid has along it.
    int size();

    /// A value of the grid.
    ///
    /// @param at 0 to below [#size]
    String value(int at);

    /// A value of a search.
    ///
    /// @param share 0 to below 1: where along the axis
    String value(double share);

    /// Coordinates that a model has for it: one where values have an order, or one for each value.
    int coordinates();

    /// Values that are listed.
    record Listed(String key, List<String> values) implements Axis {
        public Listed {
            values = List.copyOf(values);
        }

        @Override
        public int size() {
            return values.size();
        }

        @Override
        public String value(int at) {
            return values.get(at);
        }

        @Override
        public String value(double share) {
            return values.get((int) (share * values.size()));
        }

        @Override
        public int coordinates() {
            return values.size() == 1 ? 0 : values.size();
        }
    }

    /// Numbers with one unit, from one to another.
    ///
    /// @param digits behind the decimal point that values are rounded to
    /// @param unit behind each number; empty for none
    /// @param log whether steps are factors
    record Range(
            String key,
            BigDecimal from,
            BigDecimal to,
            int digits,
            String unit,
            boolean log,
            int size)
            implements Axis {

        @Override
        public String value(int at) {
            return value(at / (double) Math.max(1, size - 1));
        }

        @Override
        public String value(double share) {
            double low = from.doubleValue();
            double high = to.doubleValue();
            double value = log ? low * Math.pow(high / low, share) : low + (high - low) * share;
            BigDecimal rounded =
                    new BigDecimal(value, MathContext.DECIMAL64)
                            .setScale(digits, RoundingMode.HALF_EVEN);
            return rounded.toPlainString() + unit;
        }

        @Override
        public int coordinates() {
            return 1;
        }
    }
}
