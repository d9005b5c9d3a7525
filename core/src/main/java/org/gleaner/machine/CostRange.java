package org.gleaner.machine;

/// What a constant of a [CostModel] may be on hosts of its kind, in ticks of 1/16 ns, both ends
/// included.
///
/// @param stated whether the model's file says so; if not, it is [#UNSTATED_PERCENT] either way
public record CostRange(long low, long high, boolean stated) {
    /// How far a constant goes whose file says nothing, in percent of it.
    public static final int UNSTATED_PERCENT = 30;

    static CostRange around(long ticks) {
        return new CostRange(
                Math.round(ticks * (1 - UNSTATED_PERCENT / 100.0)),
                Math.round(ticks * (1 + UNSTATED_PERCENT / 100.0)),
                false);
    }

    /// Whether it has such a value.
    public boolean contains(long ticks) {
        return low <= ticks && ticks <= high;
    }
}
