package org.gleaner.check;

import java.util.function.BooleanSupplier;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Trial;
import org.gleaner.check.schedule.Replay;
import org.gleaner.check.schedule.ScheduleString;
import org.jspecify.annotations.Nullable;

/// Makes a schedule that leads to a finding easier to read: fewer context switches, then fewer
/// steps before them. Greedy: leaves blocks out, lets blocks run on, and changes neighbours'
/// places, as long as the same finding comes of it.
final class Shrinker {
    private final Trial trial;
    private final Finding finding;
    private final BooleanSupplier stop;
    private ScheduleString best;

    /// @param stop whether what has been reached is to do
    Shrinker(Trial trial, Finding finding, ScheduleString start, BooleanSupplier stop) {
        this.trial = trial;
        this.finding = finding;
        this.stop = stop;
        best = start;
    }

    ScheduleString shrink() {
        @Nullable ScheduleString again = run(best);
        if (again == null) {
            return best;
        }
        best = again;
        while (improve()) {
            // Each success starts over, for it may have opened other ways.
        }
        return best;
    }

    private boolean improve() {
        for (int b = best.blocks() - 1; b >= 0 && !stop.getAsBoolean(); b--) {
            if (accept(best.without(b)) || accept(best.open(b))) {
                return true;
            }
            if (b + 1 < best.blocks() && accept(best.swapped(b))) {
                return true;
            }
        }
        return false;
    }

    private boolean accept(ScheduleString candidate) {
        ScheduleString ran = run(candidate);
        if (ran == null || ran.blocks() >= best.blocks()) {
            return false;
        }
        best = ran;
        return true;
    }

    /// What was really run, if the finding came of it.
    private @Nullable ScheduleString run(ScheduleString candidate) {
        Replay replay = new Replay(candidate);
        Finding found = trial.run(replay);
        return found != null && found.isLike(finding) ? replay.run() : null;
    }
}
