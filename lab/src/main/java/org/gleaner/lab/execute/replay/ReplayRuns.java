package org.gleaner.lab.execute.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.lab.run.Combination;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.ReplayComparison;
import org.gleaner.lab.run.ReplayExecutor;
import org.gleaner.lab.run.ReplayPlan;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Seeded;
import org.jspecify.annotations.Nullable;

/// Runs replays that are compared with each other, as many at once as their engine allows.
///
/// Those with the least memory start first: they take longest, and the last to start is the one
/// that the other cores wait for.
public final class ReplayRuns {

    private final ReplayPlan plan;
    private final @Nullable PageSamples samples;
    private final ReplayExecutor executor;
    private final Progress progress;
    private final Map<ReplayRequest, ReplayResult> results = new HashMap<>();

    private ReplayRuns(ReplayPlan plan, ReplayExecutor executor, Progress progress) {
        this.plan = plan;
        samples = plan.sample() == null ? null : new PageSamples(plan.sample());
        this.executor = samples == null ? executor : new SampledReplay(executor, samples);
        this.progress = progress;
    }

    /// Replays each combination with each of its seeds.
    ///
    /// @param executor of each replay; called by several threads at once
    /// @return what was finished, if `progress` was cancelled
    /// @throws org.gleaner.lab.BadInput if what a combination asks for is not supported
    public static ReplayComparison run(
            ReplayPlan plan, ReplayExecutor executor, Progress progress) {
        return new ReplayRuns(plan, executor, progress).run();
    }

    private ReplayComparison run() {
        long start = System.nanoTime();
        PolicyCounts counts = PolicyCounts.of(plan, samples, progress);
        replayAll();
        List<Combination> finished = new ArrayList<>();
        List<Seeded<ReplayResult>> replays = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Combination combination : plan.combinations()) {
            Seeded<ReplayResult> replay = collect(combination, counts, missing);
            if (replay != null) {
                finished.add(combination);
                replays.add(replay);
            }
        }
        int asked = plan.combinations().stream().mapToInt(each -> each.bySeed().size()).sum();
        return new ReplayComparison(
                new Completeness(asked, asked - missing.size(), missing),
                plan,
                finished,
                replays,
                (System.nanoTime() - start) / 1e9);
    }

    private void replayAll() {
        Set<ReplayRequest> all = new LinkedHashSet<>();
        plan.combinations().forEach(each -> all.addAll(each.bySeed()));
        Map<ReplayRequest, @Nullable HostSeries> observed = new HashMap<>();
        for (Combination each : plan.combinations()) {
            ReplayRequest first = each.bySeed().getFirst();
            observed.computeIfAbsent(first, _ -> plan.observation().of(each.name()));
        }
        if (plan.curve()) {
            plan.combinations().stream()
                    .flatMap(each -> each.bySeed().stream())
                    .filter(each -> each.engine() == EngineChoice.VIRTUAL)
                    .forEach(each -> all.add(each.withoutLimit()));
        }
        List<ReplayRequest> order = new ArrayList<>(all);
        order.sort(Comparator.comparingLong(ReplayRequest::memoryPages));
        List<ParallelRuns.Task<ReplayResult>> tasks = new ArrayList<>();
        order.forEach(request -> tasks.add(meter -> replay(request, meter, observed.get(request))));
        List<@Nullable ReplayResult> outcome =
                ParallelRuns.run(
                                "replay " + name(),
                                tasks,
                                order.stream().mapToLong(each -> length(each)).sum(),
                                order.getFirst().memoryPages() == order.getLast().memoryPages(),
                                Support.runsAtOnce(order.getFirst().engine()),
                                progress)
                        .all();
        for (int i = 0; i < order.size(); i++) {
            ReplayResult result = outcome.get(i);
            if (result != null) {
                results.put(order.get(i), result);
            }
        }
    }

    private String name() {
        List<Combination> all = plan.combinations();
        int replays = all.size() * all.getFirst().bySeed().size();
        String more = replays == 1 ? "" : " and " + (replays - 1) + " more";
        return all.getFirst().name() + more;
    }

    private ReplayResult replay(
            ReplayRequest request, ParallelRuns.Meter meter, @Nullable HostSeries series) {
        ReplayResult result = executor.run(request, meter.progress(), series);
        meter.finish(length(request));
        return result;
    }

    private static long length(ReplayRequest request) {
        return request.trace().length();
    }

    /// What came of a combination; null if no seed came to its end.
    private @Nullable Seeded<ReplayResult> collect(
            Combination combination, PolicyCounts counts, List<String> missing) {
        int asked = combination.bySeed().size();
        List<Long> seeds = new ArrayList<>();
        List<ReplayResult> finished = new ArrayList<>();
        for (ReplayRequest request : combination.bySeed()) {
            ReplayResult result = results.get(request);
            if (result == null) {
                missing.add(combination.name() + (asked == 1 ? "" : " seed " + request.seed()));
            } else {
                seeds.add(request.seed());
                finished.add(result.with(counts.misses(request), stall(request, result)));
            }
        }
        return finished.isEmpty() ? null : new Seeded<>(combination.name(), asked, seeds, finished);
    }

    /// Of a replay that was killed nothing can be said: it did less.
    private @Nullable Double stall(ReplayRequest request, ReplayResult result) {
        ReplayResult free =
                plan.curve() && !result.oomKill() ? results.get(request.withoutLimit()) : null;
        if (free == null || free.machineSeconds() == null || result.machineSeconds() == null) {
            return null;
        }
        return result.machineSeconds() - free.machineSeconds();
    }
}
