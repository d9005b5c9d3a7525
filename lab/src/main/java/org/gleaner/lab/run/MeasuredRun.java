package org.gleaner.lab.run;

import java.util.List;
import org.gleaner.lab.scenario.Configuration;
import org.jspecify.annotations.Nullable;

/// One configuration of a scenario, run.
public interface MeasuredRun {
    Configuration configuration();

    /// Of the scenario, that were written in time.
    List<CommandResult> commands();

    /// Null with real threads.
    @Nullable RunStatistics statistics();

    /// What tells it from the other runs of its scenario.
    default String label() {
        return configuration().name();
    }
}
