package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.host.DeviceChoice;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.Course;
import org.gleaner.lab.run.HeapNeed;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Heap;
import org.jspecify.annotations.Nullable;

/// What came of running a scenario's configurations, as many at once as its engine and the heap
/// allow.
///
/// @param runs of the configurations whose guests came to their end
/// @param course of all that were to be run
record ConfigurationRuns<R>(List<R> runs, Course course) {

    /// What came of one; no run if its guest was killed.
    record Outcome<R>(@Nullable R run, List<String> failures) {}

    /// One run of a configuration, on the request as that configuration's host counts.
    interface Each<S extends Scenario, R> {
        Outcome<R> run(
                ScenarioRequest<S> request, Configuration configuration, ParallelRuns.Meter meter);
    }

    /// As [#of], each configuration once.
    static <S extends Scenario, R> ConfigurationRuns<R> ofEach(
            ScenarioRequest<S> request,
            Each<S, R> each,
            long steps,
            List<String> assumptions,
            Progress progress) {
        List<ParallelRuns.Task<Outcome<R>>> tasks = new ArrayList<>();
        for (Configuration one : request.scenario().configurations()) {
            tasks.add(meter -> each.run(request.on(one), one, meter));
        }
        List<String> names = Support.names(request.scenario());
        return of(request, names, tasks, steps, assumptions, progress);
    }

    /// @param names of the tasks, in their order
    /// @param steps that each is expected to count while it runs
    /// @param assumptions of this kind of scenario
    /// @throws org.gleaner.lab.BadInput if the heap has no room for one, or the engine has no such
    ///     device
    static <R> ConfigurationRuns<R> of(
            ScenarioRequest<?> request,
            List<String> names,
            List<ParallelRuns.Task<Outcome<R>>> tasks,
            long steps,
            List<String> assumptions,
            Progress progress) {
        long start = System.nanoTime();
        DeviceChoice.check(request);
        int threads =
                HeapNeed.runsAtOnce(
                        request, Support.runsAtOnce(request.engine()), Heap.ofProcess());
        List<ParallelRuns.Task<Outcome<R>>> observed = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            HostSeries series = request.observation().of(names.get(i));
            observed.add(finishing(tasks.get(i), series, steps));
        }
        var all =
                ParallelRuns.run(
                        "run " + request.scenario().name(),
                        observed,
                        tasks.size() * steps,
                        false,
                        threads,
                        progress);
        return new ConfigurationRuns<>(
                all.finished().stream().map(Outcome::run).filter(Objects::nonNull).toList(),
                new Course(
                        completeness(names, all.all()),
                        Support.assumptions(request, assumptions),
                        all.finished().stream().flatMap(each -> each.failures().stream()).toList(),
                        (System.nanoTime() - start) / 1e9));
    }

    /// A guest that was killed leaves steps out, and some phases take as many as they need.
    private static <R> ParallelRuns.Task<R> finishing(
            ParallelRuns.Task<R> task, @Nullable HostSeries series, long steps) {
        ParallelRuns.Task<R> finishing =
                meter -> {
                    meter.keep(series);
                    R result = task.run(meter);
                    meter.finish(steps);
                    return result;
                };
        return finishing.ofLength(task.length());
    }

    private static Completeness completeness(List<String> names, List<?> results) {
        List<String> missing =
                IntStream.range(0, names.size())
                        .filter(i -> results.get(i) == null)
                        .mapToObj(names::get)
                        .toList();
        return new Completeness(names.size(), names.size() - missing.size(), missing);
    }
}
