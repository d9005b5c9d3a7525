package org.gleaner.lab.run;

import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.observe.HostSeries;
import org.jspecify.annotations.Nullable;

/// Replays traces.
@FunctionalInterface
public interface ReplayExecutor {

    /// Replays one trace; with the virtual engine the same request gives the same result to the
    /// bit.
    ///
    /// @param progress told of one task, counted in accesses
    /// @param series where what the host looks like over time is to be kept; null for nowhere
    /// @throws BadInput if this combination of choices is not supported
    /// @throws Cancelled if `progress` says so before the trace is through
    ReplayResult run(ReplayRequest request, Progress progress, @Nullable HostSeries series);

    /// The same, with nobody looking.
    default ReplayResult run(ReplayRequest request, Progress progress) {
        return run(request, progress, null);
    }
}
