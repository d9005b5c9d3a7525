package org.gleaner.check;

import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Trial;
import org.gleaner.check.schedule.RandomSchedule;
import org.gleaner.check.schedule.Replay;
import org.gleaner.check.schedule.ScheduleString;
import org.gleaner.check.schedule.Search;
import org.jspecify.annotations.Nullable;

/// Searches one program in one variant, and says how it went.
final class Explorer {
    /// How long one program may be searched.
    ///
    /// @param bound most preemptions
    /// @param nanos of CPU time
    /// @param runs most runs
    /// @param stop whether the user wants an end; asked before each run but the first
    record Limits(int bound, long nanos, long runs, BooleanSupplier stop) {
        Limits(int bound, long nanos, long runs) {
            this(bound, nanos, runs, () -> false);
        }
    }

    /// How a search went.
    ///
    /// @param finding what is wrong, or null
    /// @param schedule that leads there, or empty
    /// @param extent what the answer rests on
    /// @param cut runs that were cut off because they could show nothing new
    /// @param steps of the longest run
    record Outcome(
            @Nullable Finding finding,
            String schedule,
            Extent extent,
            int bound,
            long runs,
            long cut,
            int steps,
            long nanos) {}

    private Explorer() {}

    /// CPU time of this thread: a search takes the same on a busy machine.
    private static long now() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /// Runs one schedule.
    static Outcome replay(Trial trial, ScheduleString schedule) {
        long start = now();
        Replay replay = new Replay(schedule);
        Finding finding = trial.run(replay);
        return new Outcome(
                finding,
                schedule.toString(),
                Extent.ONE,
                Search.UNBOUNDED,
                1,
                0,
                replay.length(),
                now() - start);
    }

    /// Runs as many random schedules as the limits let it, or fewer if one leads to a finding.
    static Outcome random(Trial trial, long seed, Limits limits) {
        long start = now();
        RandomSchedule schedule = new RandomSchedule(seed);
        @Nullable Finding finding;
        long done = 0;
        int steps = 0;
        boolean stopped;
        do {
            finding = trial.run(schedule);
            steps = Math.max(steps, schedule.length());
            done++;
            stopped = finding == null && done < limits.runs() && limits.stop().getAsBoolean();
        } while (finding == null && done < limits.runs() && !stopped);
        String text = finding == null ? "" : schedule.run().toString();
        Extent extent = stopped ? Extent.CUT_OFF : Extent.SAMPLE;
        return new Outcome(finding, text, extent, limits.bound(), done, 0, steps, now() - start);
    }

    static Outcome explore(Trial trial, Limits limits) {
        long start = now();
        Search search = new Search(limits.bound());
        @Nullable Finding finding;
        String schedule = "";
        boolean left;
        boolean stopped = false;
        do {
            finding = trial.run(search);
            if (finding != null) {
                schedule = search.schedule();
            }
            left =
                    search.goOn(trial.engine())
                            && finding == null
                            && search.runs() < limits.runs()
                            && now() - start < limits.nanos();
            stopped = left && limits.stop().getAsBoolean();
        } while (left && !stopped);
        boolean all = search.isComplete() && finding == null;
        return new Outcome(
                finding,
                schedule,
                stopped ? Extent.CUT_OFF : all ? Extent.ALL : Extent.PART,
                limits.bound(),
                search.runs(),
                search.cut(),
                search.deepest(),
                now() - start);
    }
}
