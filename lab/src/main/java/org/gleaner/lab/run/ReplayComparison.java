package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Replays beside each other.
///
/// @param completeness of all, each seed counted by itself
/// @param plan what was asked for
/// @param combinations of which at least one seed came to its end, in the order asked for
/// @param replays what came of them, one for each
/// @param wallSeconds real seconds that all took together
public record ReplayComparison(
        Completeness completeness,
        ReplayPlan plan,
        List<Combination> combinations,
        List<Seeded<ReplayResult>> replays,
        double wallSeconds) {

    public ReplayComparison {
        combinations = List.copyOf(combinations);
        replays = List.copyOf(replays);
    }

    /// One of the replays, with what was asked for.
    ///
    /// @param value of the factor in which the members of its group differ
    public record Member(String value, Combination combination, Seeded<ReplayResult> replay) {}

    /// The replays in groups whose members differ in `factor` alone, in the order asked for.
    public List<List<Member>> groups(Factor factor) {
        Map<Map<Factor, String>, List<Member>> groups = new LinkedHashMap<>();
        for (int i = 0; i < replays.size(); i++) {
            Combination combination = combinations.get(i);
            groups.computeIfAbsent(combination.without(factor), _ -> new ArrayList<>())
                    .add(new Member(combination.value(factor), combination, replays.get(i)));
        }
        return List.copyOf(groups.values());
    }
}
