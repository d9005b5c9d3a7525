package org.gleaner.lab.run;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// One of the replays that are compared: a trace and one value of each option.
///
/// @param name its trace, and its values of the options that have several
/// @param values of every factor, as the user says them
/// @param bySeed the replay, with each seed; one or more
public record Combination(String name, Map<Factor, String> values, List<ReplayRequest> bySeed) {

    public Combination {
        values = Map.copyOf(values);
        bySeed = List.copyOf(bySeed);
    }

    /// Its value of a factor.
    public String value(Factor factor) {
        return values.getOrDefault(factor, "");
    }

    /// What it shares with those that differ from it in `factor` alone.
    Map<Factor, String> without(Factor factor) {
        Map<Factor, String> others = new EnumMap<>(values);
        others.remove(factor);
        return others;
    }
}
