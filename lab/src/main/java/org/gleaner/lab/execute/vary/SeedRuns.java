package org.gleaner.lab.execute.vary;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.parallel.Cores;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.run.ScenarioRuns;
import org.gleaner.lab.run.Seeded;
import org.gleaner.lab.scenario.Scenario;

/// Runs a scenario with one seed after the other, or rather at once: [ParallelRuns] sees to it that
/// there are never more hosts than cores.
public final class SeedRuns {

    private SeedRuns() {}

    /// @param bySeed the same scenario with different seeds, one or more
    /// @param executor of each; called by several threads at once
    /// @return the seeds of which a configuration came to its end, or else the first
    public static ScenarioRuns run(
            List<Scenario> bySeed,
            BiFunction<Scenario, Progress, ScenarioResult> executor,
            Progress progress) {
        List<ScenarioResult> results =
                bySeed.size() == 1
                        ? List.of(executor.apply(bySeed.getFirst(), progress))
                        : together(bySeed, executor, progress);
        return collect(bySeed, results);
    }

    private static List<ScenarioResult> together(
            List<Scenario> bySeed,
            BiFunction<Scenario, Progress, ScenarioResult> executor,
            Progress progress) {
        SeedsProgress all = new SeedsProgress(progress, bySeed.size());
        try (ExecutorService threads = Cores.threads(bySeed.size())) {
            List<Future<ScenarioResult>> futures = new ArrayList<>();
            for (int i = 0; i < bySeed.size(); i++) {
                Scenario scenario = bySeed.get(i);
                Progress own = all.of(i);
                futures.add(threads.submit(() -> executor.apply(scenario, own)));
            }
            List<ScenarioResult> results = new ArrayList<>();
            try {
                for (Future<ScenarioResult> future : futures) {
                    results.add(await(future));
                }
            } finally {
                all.stop();
            }
            return results;
        } finally {
            all.end();
        }
    }

    private static ScenarioResult await(Future<ScenarioResult> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled();
        } catch (ExecutionException e) {
            throw ParallelRuns.rethrown(e);
        }
    }

    private static ScenarioRuns collect(List<Scenario> bySeed, List<ScenarioResult> results) {
        boolean several = bySeed.size() > 1;
        List<Long> seeds = new ArrayList<>();
        List<ScenarioResult> some = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        int asked = 0;
        for (int i = 0; i < results.size(); i++) {
            Completeness completeness = results.get(i).completeness();
            long seed = bySeed.get(i).seed();
            asked += completeness.asked();
            completeness
                    .missing()
                    .forEach(each -> missing.add(several ? each + " seed " + seed : each));
            if (completeness.finished() > 0) {
                seeds.add(seed);
                some.add(results.get(i));
            }
        }
        if (some.isEmpty()) {
            seeds.add(bySeed.getFirst().seed());
            some.add(results.getFirst());
        }
        return new ScenarioRuns(
                new Completeness(asked, asked - missing.size(), missing),
                new Seeded<>(null, bySeed.size(), seeds, some));
    }
}
