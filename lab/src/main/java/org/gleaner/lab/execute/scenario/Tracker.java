package org.gleaner.lab.execute.scenario;

import org.gleaner.lab.run.AccessTrackingResult.Young;
import org.gleaner.machine.Cpu;

/// Finds out which of a guest's pages were used since it looked last.
interface Tracker {
    /// As the selftest prints it.
    String label();

    /// Gets ready, when all pages are there and have just been written. False if the tracker does
    /// not see them all.
    boolean prepare(Cpu boss);

    /// One pass: counts the pages used since the pass before, and makes all of them unused.
    Young pass(Cpu boss);
}
