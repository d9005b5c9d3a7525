package org.gleaner.lab.execute.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.execute.parallel.Cores;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.policy.PolicyMisses;
import org.gleaner.lab.run.ReplayPlan;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.sample.Interval;
import org.gleaner.lab.sample.PageSample;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;

/// Misses of the policies that a plan asks for, on each of its traces with each size of memory. A
/// policy has as many frames as the limit has pages: nothing is the kernel's.
final class PolicyCounts {

    /// One policy on one trace, with all sizes.
    ///
    /// @param seed of the sample; of no effect on the whole
    private record Count(PolicyChoice policy, Trace trace, long seed, List<Long> frames) {
        long steps() {
            return trace.length() * frames.size();
        }
    }

    private record Place(PolicyChoice policy, Trace trace, long seed, long frames) {}

    private final List<PolicyChoice> policies;
    private final @Nullable PageSamples samples;
    private final Map<Place, Interval> misses = new HashMap<>();

    private PolicyCounts(List<PolicyChoice> policies, @Nullable PageSamples samples) {
        this.policies = policies;
        this.samples = samples;
    }

    /// Counts on all cores; if `progress` is cancelled, what was finished.
    ///
    /// @param samples that are counted in place of the traces; null to count all
    static PolicyCounts of(ReplayPlan plan, @Nullable PageSamples samples, Progress progress) {
        PolicyCounts counts = new PolicyCounts(plan.policies(), samples);
        List<Count> all = counts.counts(plan);
        if (!all.isEmpty()) {
            counts.run(all, progress);
        }
        return counts;
    }

    private List<Count> counts(ReplayPlan plan) {
        record Of(Trace trace, long seed) {}
        Map<Of, SortedSet<Long>> sizes = new LinkedHashMap<>();
        plan.combinations().stream()
                .flatMap(each -> each.bySeed().stream())
                .forEach(each ->
                        sizes.computeIfAbsent(
                                        new Of(each.trace(), seed(each)), _ -> new TreeSet<>())
                                .add(each.memoryPages()));
        List<Count> all = new ArrayList<>();
        sizes.forEach((of, frames) -> {
            for (PolicyChoice policy : policies) {
                all.add(new Count(policy, of.trace, of.seed, List.copyOf(frames)));
            }
        });
        return all;
    }

    private long seed(ReplayRequest request) {
        return samples == null ? 0 : request.seed();
    }

    private void run(List<Count> all, Progress progress) {
        List<ParallelRuns.Task<List<Interval>>> tasks = new ArrayList<>();
        all.forEach(each -> tasks.add(meter -> count(each, meter.progress())));
        List<@Nullable List<Interval>> outcome =
                ParallelRuns.run(
                                "policies",
                                tasks,
                                all.stream().mapToLong(Count::steps).sum(),
                                true,
                                Cores.count(),
                                progress)
                        .all();
        for (int i = 0; i < all.size(); i++) {
            Count count = all.get(i);
            List<Interval> counted = outcome.get(i);
            for (int k = 0; counted != null && k < counted.size(); k++) {
                long frames = count.frames.get(k);
                misses.put(
                        new Place(count.policy, count.trace, count.seed, frames), counted.get(k));
            }
        }
    }

    private List<Interval> count(Count count, Progress progress) {
        return samples == null
                ? PolicyMisses.of(count.policy, count.trace, count.frames, progress).stream()
                        .map(each -> new Interval(each, each, each))
                        .toList()
                : sampled(count, samples.of(count.trace, count.seed), progress);
    }

    /// First touches are known of the whole; it is the misses after them that a sample tells.
    private static List<Interval> sampled(Count count, PageSample sample, Progress progress) {
        Trace whole = count.trace;
        List<Double> estimates = again(count, sample, sample.trace(), progress);
        List<List<Double>> groups = new ArrayList<>();
        for (Trace group : sample.groups()) {
            groups.add(again(count, sample, group, progress));
        }
        List<Interval> intervals = new ArrayList<>();
        for (int i = 0; i < count.frames.size(); i++) {
            int size = i;
            List<Double> byGroup = groups.stream().map(each -> each.get(size)).toList();
            intervals.add(
                    Interval.of(
                            estimates.get(i),
                            byGroup,
                            sample.share(),
                            whole.distinctPages(),
                            whole.length()));
        }
        return intervals;
    }

    /// The whole's misses with each size, as a part of it tells them.
    private static List<Double> again(
            Count count, PageSample sample, Trace part, Progress progress) {
        List<Long> frames =
                count.frames.stream().map(each -> Math.max(1, sample.shrunk(each, part))).toList();
        return PolicyMisses.of(count.policy, part, frames, Progress.quiet(progress)).stream()
                .map(each ->
                        sample.of().distinctPages()
                                + (each - part.distinctPages()) / sample.share(part))
                .toList();
    }

    /// By label, in the order asked for; null if none was asked for, or not all were finished.
    @Nullable Map<String, Interval> misses(ReplayRequest request) {
        Map<String, Interval> all = new LinkedHashMap<>();
        for (PolicyChoice policy : policies) {
            Interval count =
                    misses.get(
                            new Place(
                                    policy, request.trace(), seed(request), request.memoryPages()));
            if (count != null) {
                all.put(policy.label(), count);
            }
        }
        return all.size() == policies.size() && !all.isEmpty() ? all : null;
    }
}
