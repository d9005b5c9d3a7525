package org.gleaner.check;

import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/// Searches one program in one variant, and says how it went.
final class Explorer {
    /// How long one program may be searched.
    ///
    /// @param bound most preemptions
    /// @param nanos of CPU time
    /// @param runs most runs
    record Limits(int bound, long nanos, long runs) {}

    /// How a search went.
    ///
    /// @param finding what is wrong, or null
    /// @param schedule that leads there, or empty
    /// @param complete every schedule within the bound was tried, or is known to lead where a tried one
    ///     led
    /// @param cut runs that were cut off because they could show nothing new
    /// @param steps of the longest run
    record Outcome(
            @Nullable Finding finding,
            String schedule,
            boolean complete,
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

    /// Runs `runs` random schedules, or fewer if one leads to a finding.
    static Outcome random(Trial trial, long seed, long runs) {
        long start = now();
        RandomSchedule schedule = new RandomSchedule(seed);
        Finding finding = null;
        long done = 0;
        int steps = 0;
        while (done < runs && finding == null) {
            finding = trial.run(schedule);
            steps = Math.max(steps, trial.engine().taken());
            done++;
        }
        String text = finding == null ? "" : schedule.run().toString();
        return new Outcome(finding, text, false, Search.UNBOUNDED, done, 0, steps, now() - start);
    }

    static Outcome explore(Trial trial, Limits limits) {
        long start = now();
        Search search = new Search(limits.bound());
        @Nullable Finding finding;
        String schedule = "";
        do {
            finding = trial.run(search);
            if (finding != null) {
                Path path = search.path();
                schedule = ScheduleString.of(path.actor, path.length);
            }
        } while (search.goOn(trial.engine())
                && finding == null
                && search.runs() < limits.runs()
                && now() - start < limits.nanos());
        return new Outcome(
                finding,
                schedule,
                search.isComplete() && finding == null,
                limits.bound(),
                search.runs(),
                search.cut(),
                search.deepest(),
                now() - start);
    }
}
