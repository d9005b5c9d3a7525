package org.gleaner.lab.report;

import java.util.ArrayDeque;

/// Steps per second, over the last ten or since the begin.
final class RecentRate {
    private static final long WINDOW_NANOS = 10_000_000_000L;
    private static final long SAMPLE_NANOS = 250_000_000L;

    private record Sample(long nanos, long done) {}

    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private Sample last;

    RecentRate(long begun) {
        last = new Sample(begun, 0);
        samples.add(last);
    }

    void add(long now, long done) {
        last = new Sample(now, done);
        if (now - samples.getLast().nanos() >= SAMPLE_NANOS) {
            samples.add(last);
        }
        while (samples.size() > 1 && now - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    /// 0 if nothing is known.
    double perSecond() {
        Sample first = samples.getFirst();
        long nanos = last.nanos() - first.nanos();
        return nanos > 0 ? (last.done() - first.done()) * 1e9 / nanos : 0;
    }
}
