package org.gleaner.check.schedule;

import java.util.SplittableRandom;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.Step;

/// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatti, ASPLOS 2010):
/// actors have random priorities, the first that can go on does, and at `depth - 1` random steps
/// the one that runs falls behind all others. A bug that needs `depth` orderings is found with a
/// probability of at least 1 / (actors * steps^(depth - 1)) by each run. Every third run is a plain
/// random walk.
public final class RandomSchedule extends Replay {
    private static final int MOST_CHANGES = 3;

    private final SplittableRandom random;
    private long run;
    private int steps = 64;
    private int[] priority = {};
    private final int[] changeAt = new int[MOST_CHANGES];
    private int changes;
    private int taken;
    private int lowest;

    public RandomSchedule(long seed) {
        super(ScheduleString.NONE);
        random = new SplittableRandom(seed);
    }

    @Override
    public void begin(ExploringEngine engine) {
        super.begin(engine);
        run++;
        steps = Math.max(steps, taken);
        taken = 0;
        lowest = 0;
        int n = engine.actors();
        priority = new int[n];
        for (int a = 0; a < n; a++) {
            int other = random.nextInt(a + 1);
            priority[a] = priority[other];
            priority[other] = a + 1;
        }
        changes = random.nextInt(MOST_CHANGES + 1);
        for (int c = 0; c < changes; c++) {
            changeAt[c] = random.nextInt(steps);
        }
    }

    @Override
    public int next(ExploringEngine engine) {
        int able = engine.enabled();
        if (run % 3 == 0) {
            int nth = random.nextInt(Integer.bitCount(able));
            while (nth-- > 0) {
                able &= able - 1;
            }
            return Integer.numberOfTrailingZeros(able);
        }
        int best = first(able);
        for (int c = 0; c < changes; c++) {
            if (changeAt[c] == taken) {
                priority[best] = --lowest;
                best = first(able);
            }
        }
        return best;
    }

    private int first(int able) {
        int best = -1;
        for (int a = 0; a < priority.length; a++) {
            if ((able >> a & 1) != 0 && (best < 0 || priority[a] > priority[best])) {
                best = a;
            }
        }
        return best;
    }

    @Override
    public void taken(ExploringEngine engine, int who, Step step) {
        super.taken(engine, who, step);
        taken++;
    }
}
