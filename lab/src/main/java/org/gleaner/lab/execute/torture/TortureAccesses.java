package org.gleaner.lab.execute.torture;

import java.util.concurrent.atomic.LongAdder;

/// What the guests of a round have done.
final class TortureAccesses {
    /// Accesses, and runs of them, under torture.
    final LongAdder operations = new LongAdder();

    /// Of these, refused.
    final LongAdder refused = new LongAdder();

    /// Reads when the torture was over.
    final LongAdder verified = new LongAdder();

    long all() {
        return operations.sum() + verified.sum();
    }
}
