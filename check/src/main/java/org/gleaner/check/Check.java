package org.gleaner.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.gleaner.check.CheckRequest.Task;
import org.gleaner.check.CheckResult.Row;
import org.gleaner.check.Explorer.Limits;
import org.gleaner.check.Explorer.Outcome;
import org.jspecify.annotations.Nullable;

/// Runs searches, on all cores, and makes their findings readable.
public final class Check {
    /// CPU time for one search.
    private static final long SECONDS = 120;

    /// Bugs are looked for with few preemptions first.
    private static final int FEW = 3;

    /// Runs of a random search.
    private static final long RANDOM_RUNS = 20_000;

    private final CheckRequest request;
    private final List<Task> tasks;

    /// Hears of progress, from any thread.
    public interface Watcher {
        /// @param done searches of `all` are over; `name` is the last of them
        void done(String name, int done, int all);

        /// Whether the user wants an end.
        boolean isStopped();
    }

    /// @throws IllegalArgumentException if the request names what there is not
    public Check(CheckRequest request) {
        this.request = request;
        tasks = request.tasks();
    }

    /// Programs and bugs, for people.
    public static String list() {
        StringBuilder out = new StringBuilder("programs:\n");
        for (Program p : Catalogue.programs()) {
            out.append(String.format("  %-20s %s%n", p.name(), p.checks()));
        }
        out.append("bugs:\n");
        for (Variant v : Catalogue.bugs()) {
            out.append(
                    String.format(
                            "  %-25s %s (%s); in %s%n",
                            v.name, v.what, v.source, String.join(", ", v.programs)));
        }
        return out.toString();
    }

    public CheckResult run(Watcher watcher) {
        long start = System.nanoTime();
        List<Row> rows = new ArrayList<>();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            int[] done = new int[1];
            List<Future<@Nullable Row>> futures = new ArrayList<>();
            for (Task task : tasks) {
                futures.add(
                        pool.submit(() -> {
                            if (watcher.isStopped()) {
                                return null;
                            }
                            Row row = search(task);
                            synchronized (done) {
                                watcher.done(row.name(), ++done[0], tasks.size());
                            }
                            return row;
                        }));
            }
            for (Future<@Nullable Row> future : futures) {
                Row row = get(future);
                if (row != null) {
                    rows.add(row);
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new CheckResult(rows, rows.size() == tasks.size(), seconds);
    }

    private static @Nullable Row get(Future<@Nullable Row> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private Row search(Task task) {
        Trial trial = new Trial(task.program(), task.variant());
        String text = request.schedule();
        if (text != null) {
            ScheduleString schedule = ScheduleString.parse(text);
            Finding finding = trial.run(new Replay(schedule));
            Outcome outcome = new Outcome(finding, text, false, 0, 1, 0, trial.engine().taken(), 0);
            return row(task, trial, outcome, schedule);
        }
        Outcome outcome = request.seed() == null ? systematic(task, trial) : random(trial);
        Finding finding = outcome.finding();
        ScheduleString schedule = ScheduleString.parse(outcome.schedule());
        if (finding != null) {
            schedule = new Shrinker(trial, finding, schedule).shrink();
        }
        return row(task, trial, outcome, schedule);
    }

    private Outcome systematic(Task task, Trial trial) {
        Integer asked = request.bound();
        int most = asked != null ? asked : task.program().bound();
        long nanos = TimeUnit.SECONDS.toNanos(SECONDS);
        if (task.variant().isBug()) {
            for (int bound = 0; bound <= Math.min(most, FEW); bound++) {
                Outcome few = Explorer.explore(trial, new Limits(bound, nanos, Long.MAX_VALUE));
                if (few.finding() != null || bound == most) {
                    return few;
                }
            }
        }
        return Explorer.explore(trial, new Limits(most, nanos, Long.MAX_VALUE));
    }

    private Outcome random(Trial trial) {
        Long seed = request.seed();
        return Explorer.random(trial, seed == null ? 0 : seed, RANDOM_RUNS);
    }

    private Row row(Task task, Trial trial, Outcome outcome, ScheduleString schedule) {
        Finding finding = outcome.finding();
        String text = "";
        String page = "";
        if (finding != null) {
            String under = request.design() == null ? "" : " --design " + request.design();
            String replay = "gleaner check " + task.name() + under + " --schedule " + schedule;
            Interleaving steps = Interleaving.of(trial, finding, schedule);
            text = steps.text(replay);
            Variant v = task.variant();
            String what = task.program().checks() + ". " + v.name + ": " + v.what;
            page = steps.html(task.name(), what + " (" + v.source + ")", replay);
        }
        return new Row(
                task.program().name(),
                task.variant().name,
                task.variant().isBug() ? task.variant().source : task.program().source(),
                task.variant().isBug(),
                finding,
                outcome.bound() == Search.UNBOUNDED ? -1 : outcome.bound(),
                outcome.complete(),
                outcome.runs(),
                outcome.cut(),
                outcome.steps(),
                finding == null ? -1 : schedule.switches(),
                finding == null ? "" : schedule.toString(),
                text,
                page,
                outcome.nanos() / 1e9);
    }
}
