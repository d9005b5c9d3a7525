package org.gleaner.lab.trace;

import java.util.Arrays;

/// When the accesses of a trace happened: of every 512th, which is enough to keep a replay's pace.
final class Times {

    private static final int STEP = 512;

    private long[] kept = new long[0];
    private int count;
    private int untilNext;
    private boolean known;
    private long first;
    private long last;

    /// What follows happened now.
    void now(long nanos) {
        if (!known) {
            known = true;
            first = nanos;
        }
        // Traces of several threads may step back a little.
        last = Math.max(last, nanos - first);
    }

    /// One more access.
    void access() {
        if (!known) {
            return;
        }
        if (untilNext-- == 0) {
            if (count == kept.length) {
                kept = Arrays.copyOf(kept, Math.max(64, count * 2));
            }
            kept[count++] = last;
            untilNext = STEP - 1;
        }
    }

    /// Whether there are times that differ.
    boolean known() {
        return last > 0;
    }

    /// Of access number `access`.
    long at(long access) {
        return count == 0 ? 0 : kept[(int) Math.min(access / STEP, count - 1)];
    }
}
