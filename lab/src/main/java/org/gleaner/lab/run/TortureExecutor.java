package org.gleaner.lab.run;

import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;

/// Tortures the machine.
@FunctionalInterface
public interface TortureExecutor {

    /// Runs until the time is up, something is violated, or `progress` is cancelled.
    ///
    /// @param progress gets a line a second
    /// @throws Cancelled if cancelled before anything was done
    TortureResult run(TortureRequest request, Progress progress);
}
