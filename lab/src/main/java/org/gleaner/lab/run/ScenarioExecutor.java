package org.gleaner.lab.run;

import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.scenario.Scenario;

/// Runs scenarios of one kind.
@FunctionalInterface
public interface ScenarioExecutor<S extends Scenario, R extends ScenarioResult> {

    /// Runs each configuration of a scenario on a fresh host; with the virtual engine the same
    /// request gives the same result to the bit, but for `wallSeconds`.
    ///
    /// @return the configurations that were finished; not [ScenarioResult#complete] if `progress`
    ///     was cancelled
    /// @throws BadInput if something that the scenario asks for is not supported
    /// @throws Cancelled if `progress` was cancelled before the first configuration was finished
    R run(ScenarioRequest<S> request, Progress progress);
}
