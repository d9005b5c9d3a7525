package org.gleaner.lab.execute.replay;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.gleaner.lab.sample.PageSample;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.trace.Trace;

/// The samples of one command's traces, each taken once. For any thread.
final class PageSamples {

    private record Of(Trace trace, long seed) {}

    private final Scale rate;
    private final Map<Of, PageSample> samples = new ConcurrentHashMap<>();

    PageSamples(Scale rate) {
        this.rate = rate;
    }

    Scale rate() {
        return rate;
    }

    /// @throws org.gleaner.lab.BadInput if it would be too small to say anything
    PageSample of(Trace trace, long seed) {
        return samples.computeIfAbsent(
                new Of(trace, seed), key -> PageSample.of(key.trace, rate, key.seed));
    }
}
