package org.gleaner.lab.execute;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.run.Combination;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.ReplayComparison;
import org.gleaner.lab.run.ReplayExecutor;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Seeded;
import org.jspecify.annotations.Nullable;

/// Runs replays that are compared with each other, as many at once as their engine allows.
public final class ReplayRuns {

    private ReplayRuns() {}

    /// Replays each combination with each of its seeds.
    ///
    /// @param combinations one or more, all with as many seeds and on the same engine
    /// @param executor of each replay; called by several threads at once
    /// @return what was finished, if `progress` was cancelled
    /// @throws org.gleaner.lab.BadInput if what a combination asks for is not supported
    public static ReplayComparison run(
            List<Combination> combinations, ReplayExecutor executor, Progress progress) {
        long start = System.nanoTime();
        List<ParallelRuns.Task<ReplayResult>> tasks = new ArrayList<>();
        long accesses = 0;
        for (Combination combination : combinations) {
            for (ReplayRequest request : combination.bySeed()) {
                accesses += request.trace().length();
                tasks.add(meter -> replay(request, executor, meter));
            }
        }
        List<@Nullable ReplayResult> all =
                ParallelRuns.run(
                                "replay " + named(combinations, tasks.size()),
                                tasks,
                                accesses,
                                true,
                                Support.runsAtOnce(
                                        combinations.getFirst().bySeed().getFirst().engine()),
                                progress)
                        .all();
        List<String> missing = new ArrayList<>();
        List<Seeded<ReplayResult>> replays = new ArrayList<>();
        int next = 0;
        for (Combination combination : combinations) {
            int end = next + combination.bySeed().size();
            collect(combination, all.subList(next, end), replays, missing);
            next = end;
        }
        return new ReplayComparison(
                new Completeness(all.size(), all.size() - missing.size(), missing),
                replays,
                (System.nanoTime() - start) / 1e9);
    }

    private static String named(List<Combination> combinations, int replays) {
        return replays == 1
                ? combinations.getFirst().name()
                : combinations.getFirst().name() + " and " + (replays - 1) + " more";
    }

    private static ReplayResult replay(
            ReplayRequest request, ReplayExecutor executor, ParallelRuns.Meter meter) {
        ReplayResult result = executor.run(request, meter.progress());
        meter.finish(request.trace().length());
        return result;
    }

    private static void collect(
            Combination combination,
            List<@Nullable ReplayResult> bySeed,
            List<Seeded<ReplayResult>> replays,
            List<String> missing) {
        int asked = bySeed.size();
        List<Long> seeds = new ArrayList<>();
        List<ReplayResult> finished = new ArrayList<>();
        for (int i = 0; i < asked; i++) {
            ReplayResult result = bySeed.get(i);
            long seed = combination.bySeed().get(i).seed();
            if (result == null) {
                missing.add(combination.name() + (asked == 1 ? "" : " seed " + seed));
            } else {
                seeds.add(seed);
                finished.add(result);
            }
        }
        if (!finished.isEmpty()) {
            replays.add(new Seeded<>(combination.name(), asked, seeds, finished));
        }
    }
}
