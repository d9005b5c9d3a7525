package org.gleaner.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.gleaner.check.CheckRequest.Task;
import org.gleaner.check.CheckResult.Row;
import org.gleaner.check.CheckResult.Run;
import org.gleaner.check.Explorer.Limits;
import org.gleaner.check.Explorer.Outcome;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Trial;
import org.gleaner.check.program.Variant;
import org.gleaner.check.schedule.ScheduleString;
import org.gleaner.check.schedule.Search;

/// Runs searches, on all cores, and makes their findings readable.
public final class Check {
    /// CPU time for one search.
    private static final long SECONDS = 120;

    /// Bugs are looked for with few preemptions first.
    private static final int FEW = 3;

    /// Random schedules of each program and bug.
    public static final int RANDOM_RUNS = 20_000;

    /// Of a search that has not begun.
    private static final Outcome NOTHING =
            new Outcome(null, "", Extent.NOT_BEGUN, Search.UNBOUNDED, 0, 0, 0, 0);

    private final CheckRequest request;
    private final List<Task> tasks;

    /// Hears of progress, from any thread.
    public interface Watcher {
        /// @param done searches of `all` have an answer; `name` is the last of them
        void done(String name, int done, int all);

        /// Whether the user wants an end. Asked after each schedule.
        boolean isStopped();
    }

    /// @throws Refused if the request means nothing
    public Check(CheckRequest request) {
        this.request = request;
        tasks = request.tasks();
    }

    /// Runs all searches, or until the watcher wants an end: then those that are over keep their
    /// answers, and the result says which are not.
    public CheckResult run(Watcher watcher) {
        long start = System.nanoTime();
        List<Row> rows = new ArrayList<>();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            int[] done = new int[1];
            List<Future<Row>> futures = new ArrayList<>();
            for (Task task : tasks) {
                futures.add(
                        pool.submit(() -> {
                            Row row = search(task, watcher::isStopped);
                            if (row.isFinished()) {
                                synchronized (done) {
                                    watcher.done(row.name(), ++done[0], tasks.size());
                                }
                            }
                            return row;
                        }));
            }
            for (Future<Row> future : futures) {
                rows.add(get(future));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new CheckResult(rows, request.seed(), seconds);
    }

    private static Row get(Future<Row> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Row search(Task task, BooleanSupplier stop) {
        Trial trial = new Trial(task.program(), task.variant());
        if (stop.getAsBoolean()) {
            return row(task, trial, NOTHING, ScheduleString.NONE);
        }
        String text = request.schedule();
        if (text != null) {
            ScheduleString schedule = ScheduleString.parse(text);
            return row(task, trial, Explorer.replay(trial, schedule), schedule);
        }
        Outcome outcome =
                request.seed() == null
                        ? systematic(task, trial, stop)
                        : random(trial, request.seed(), stop);
        Finding finding = outcome.finding();
        ScheduleString schedule = ScheduleString.parse(outcome.schedule());
        if (finding != null) {
            schedule = new Shrinker(trial, finding, schedule, stop).shrink();
        }
        return row(task, trial, outcome, schedule);
    }

    private Outcome systematic(Task task, Trial trial, BooleanSupplier stop) {
        Integer asked = request.bound();
        int most = asked != null ? asked : task.program().bound();
        if (task.variant().isBug()) {
            for (int bound = 0; bound <= Math.min(most, FEW); bound++) {
                Outcome few = Explorer.explore(trial, within(bound, stop));
                if (few.finding() != null || bound == most || !few.extent().isFinished()) {
                    return few;
                }
            }
        }
        return Explorer.explore(trial, within(most, stop));
    }

    private static Limits within(int bound, BooleanSupplier stop) {
        return new Limits(bound, TimeUnit.SECONDS.toNanos(SECONDS), Long.MAX_VALUE, stop);
    }

    private static Outcome random(Trial trial, long seed, BooleanSupplier stop) {
        Limits limits = new Limits(Search.UNBOUNDED, Long.MAX_VALUE, RANDOM_RUNS, stop);
        return Explorer.random(trial, seed, limits);
    }

    private Row row(Task task, Trial trial, Outcome outcome, ScheduleString schedule) {
        Finding finding = outcome.finding();
        String text = "";
        Run run = null;
        if (finding != null) {
            String under = request.design() == null ? "" : " --design " + request.design();
            Integer delays = request.delays();
            String in = delays == null ? "" : " --memory arm64 --delays " + delays;
            String steps = schedule.blocks() == 0 ? "" : " --schedule " + schedule;
            String replay = "gleaner check " + task.name() + under + in + steps;
            Interleaving interleaving = Interleaving.of(trial, finding, schedule);
            text = interleaving.text(replay);
            Variant v = task.variant();
            String what = task.program().checks() + ". " + v.name + ": " + v.what;
            run = interleaving.run(what + " (" + v.source + ")", replay);
        }
        return new Row(
                task.program().name(),
                task.variant().name,
                task.variant().isBug() ? task.variant().source : task.program().source(),
                task.variant().isBug(),
                task.program().memory().id,
                finding,
                outcome.bound() == Search.UNBOUNDED ? -1 : outcome.bound(),
                outcome.extent(),
                outcome.runs(),
                outcome.cut(),
                outcome.steps(),
                finding == null ? -1 : schedule.switches(),
                finding == null ? "" : schedule.toString(),
                text,
                run,
                outcome.nanos() / 1e9);
    }
}
