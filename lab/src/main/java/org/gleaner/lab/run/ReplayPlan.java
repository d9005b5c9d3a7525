package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// All that one command replays.
///
/// @param combinations one or more, all with as many seeds and on the same engine
/// @param policies whose misses are counted beside them, at the same sizes
/// @param curve whether the sizes of memory are points of curves
/// @param compared what differences are told of; null for none
/// @param sample the share of each trace's pages that is replayed; null to replay all
/// @param observation where what its hosts look like over time is to be kept
public record ReplayPlan(
        List<Combination> combinations,
        List<PolicyChoice> policies,
        boolean curve,
        @Nullable Factor compared,
        @Nullable Scale sample,
        Observation observation) {

    public ReplayPlan {
        combinations = List.copyOf(combinations);
        policies = List.copyOf(policies);
    }

    /// What names a combination among those that differ from it in more than `apart`: its trace and
    /// its other values of what has several.
    public String name(Combination combination, Factor apart) {
        List<String> words = new ArrayList<>();
        for (Factor factor : Factor.values()) {
            if (factor == Factor.TRACE || factor != apart && several(factor)) {
                words.add(combination.value(factor));
            }
        }
        return String.join(" ", words);
    }

    private boolean several(Factor factor) {
        return combinations.stream().map(each -> each.value(factor)).distinct().count() > 1;
    }
}
