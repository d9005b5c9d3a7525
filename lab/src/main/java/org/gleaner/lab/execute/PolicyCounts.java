package org.gleaner.lab.execute;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.policy.PolicyMisses;
import org.gleaner.lab.run.ReplayPlan;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;

/// Misses of the policies that a plan asks for, on each of its traces with each size of memory. A
/// policy has as many frames as the limit has pages: nothing is the kernel's.
final class PolicyCounts {

    /// One policy on one trace, with all sizes.
    private record Count(PolicyChoice policy, Trace trace, List<Long> frames) {
        long steps() {
            return trace.length() * frames.size();
        }
    }

    private record Place(PolicyChoice policy, Trace trace, long frames) {}

    private final List<PolicyChoice> policies;
    private final Map<Place, Long> misses = new HashMap<>();

    private PolicyCounts(List<PolicyChoice> policies) {
        this.policies = policies;
    }

    /// Counts on all cores; if `progress` is cancelled, what was finished.
    static PolicyCounts of(ReplayPlan plan, Progress progress) {
        PolicyCounts counts = new PolicyCounts(plan.policies());
        List<Count> all = counts(plan);
        if (!all.isEmpty()) {
            counts.run(all, progress);
        }
        return counts;
    }

    private static List<Count> counts(ReplayPlan plan) {
        Map<Trace, SortedSet<Long>> sizes = new LinkedHashMap<>();
        plan.combinations().stream()
                .flatMap(each -> each.bySeed().stream())
                .forEach(each ->
                        sizes.computeIfAbsent(each.trace(), _ -> new TreeSet<>())
                                .add(each.memoryPages()));
        List<Count> all = new ArrayList<>();
        sizes.forEach((trace, frames) ->
                plan.policies()
                        .forEach(each -> all.add(new Count(each, trace, List.copyOf(frames)))));
        return all;
    }

    private void run(List<Count> all, Progress progress) {
        List<ParallelRuns.Task<List<Long>>> tasks = new ArrayList<>();
        for (Count each : all) {
            tasks.add(meter ->
                    PolicyMisses.of(each.policy, each.trace, each.frames, meter.progress()));
        }
        List<@Nullable List<Long>> outcome =
                ParallelRuns.run(
                                "policies",
                                tasks,
                                all.stream().mapToLong(Count::steps).sum(),
                                true,
                                Runtime.getRuntime().availableProcessors(),
                                progress)
                        .all();
        for (int i = 0; i < all.size(); i++) {
            Count count = all.get(i);
            List<Long> counted = outcome.get(i);
            for (int k = 0; counted != null && k < counted.size(); k++) {
                misses.put(
                        new Place(count.policy, count.trace, count.frames.get(k)), counted.get(k));
            }
        }
    }

    /// By label, in the order asked for; null if none was asked for, or not all were finished.
    @Nullable Map<String, Long> misses(ReplayRequest request) {
        Map<String, Long> all = new LinkedHashMap<>();
        for (PolicyChoice policy : policies) {
            Long count = misses.get(new Place(policy, request.trace(), request.memoryPages()));
            if (count != null) {
                all.put(policy.label(), count);
            }
        }
        return all.size() == policies.size() && !all.isEmpty() ? all : null;
    }
}
