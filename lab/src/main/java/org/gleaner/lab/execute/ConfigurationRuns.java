package org.gleaner.lab.execute;

import java.util.List;
import java.util.Objects;
import org.gleaner.lab.Progress;
import org.gleaner.lab.run.ScenarioRequest;
import org.jspecify.annotations.Nullable;

/// What came of running a scenario's configurations, as many at once as its engine allows.
///
/// @param complete false if the user stopped it before all had been run
/// @param runs of the configurations whose guests came to their end
/// @param failures of all
record ConfigurationRuns<R>(boolean complete, List<R> runs, List<String> failures) {

    /// What came of one; no run if its guest was killed.
    record Outcome<R>(@Nullable R run, List<String> failures) {}

    /// @param steps that each is expected to count while it runs
    static <R> ConfigurationRuns<R> of(
            ScenarioRequest<?> request,
            List<ParallelRuns.Task<Outcome<R>>> tasks,
            long steps,
            Progress progress) {
        var all =
                ParallelRuns.run(
                        "run " + request.scenario().name(),
                        tasks,
                        tasks.size() * steps,
                        Support.runsAtOnce(request.engine()),
                        progress);
        return new ConfigurationRuns<>(
                all.complete(),
                all.results().stream().map(Outcome::run).filter(Objects::nonNull).toList(),
                all.results().stream().flatMap(each -> each.failures().stream()).toList());
    }
}
