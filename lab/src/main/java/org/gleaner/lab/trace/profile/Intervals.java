package org.gleaner.lab.trace.profile;

/// A trace of unknown length in equal intervals, 32 to 64 of them once there are so many accesses:
/// when there would be more, every two become one.
final class Intervals {

    /// Intervals at most.
    static final int MOST = 64;

    /// What depends on intervals, and is told when two become one.
    interface Halved {
        void halve();
    }

    private final Halved[] dependents;
    private long length = 1;
    private long left = 1;
    private int now;

    Intervals(Halved... dependents) {
        this.dependents = dependents;
    }

    /// The interval of the next access.
    int next() {
        if (left == 0) {
            left = length;
            if (++now == MOST) {
                for (Halved each : dependents) {
                    each.halve();
                }
                length *= 2;
                now = MOST / 2;
                left = length;
            }
        }
        left--;
        return now;
    }

    /// Intervals so far; the last may not be full.
    int count() {
        return now + 1;
    }

    /// Accesses in each but the last.
    long length() {
        return length;
    }
}
