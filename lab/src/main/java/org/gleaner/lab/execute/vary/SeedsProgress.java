package org.gleaner.lab.execute.vary;

import java.util.Arrays;
import org.gleaner.lab.Progress;

/// One task made of several alike, each of which reports to a [Progress] of its own.
final class SeedsProgress {

    private final Progress whole;
    private final long[] done;
    private long steps = -1;
    private long begun;
    private volatile boolean stopped;

    /// @param parts how many there are
    SeedsProgress(Progress whole, int parts) {
        this.whole = whole;
        done = new long[parts];
    }

    /// Of the part with this index, from 0.
    Progress of(int index) {
        return new Progress() {
            @Override
            public void begin(String task, long count) {
                SeedsProgress.this.begin(task, count);
            }

            @Override
            public void at(long count) {
                SeedsProgress.this.at(index, count);
            }

            @Override
            public void at(long count, double secondsLeft) {
                SeedsProgress.this.atUneven(index, count);
            }

            @Override
            public void end() {}

            @Override
            public void say(String line) {
                whole.say(line);
            }

            @Override
            public boolean cancelled() {
                return stopped || whole.cancelled();
            }
        };
    }

    /// Parts that still run shall end.
    void stop() {
        stopped = true;
    }

    /// All parts are over.
    void end() {
        if (steps >= 0) {
            whole.end();
        }
    }

    private synchronized void begin(String task, long count) {
        if (steps < 0) {
            steps = count;
            begun = System.nanoTime();
            whole.begin(task + " with " + done.length + " seeds", count * done.length);
        }
    }

    /// Each part says what share of its time is gone; together they take as long as that says.
    private synchronized void atUneven(int index, long count) {
        done[index] = count;
        long sum = Arrays.stream(done).sum();
        double share = sum / (double) Math.max(1, steps * done.length);
        double gone = (System.nanoTime() - begun) / 1e9;
        whole.at(sum, share > 0 ? gone * (1 - share) / share : Double.NaN);
    }

    private synchronized void at(int index, long count) {
        done[index] = count;
        whole.at(Arrays.stream(done).sum());
    }
}
