package org.gleaner.lab.execute;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;

/// Runs independent hosts on all cores, each on one, and keeps the order of their results.
final class ParallelRuns {
    private static final long POLL_MILLIS = 100;

    /// One host's run, as it may report and ask while it goes.
    static final class Meter {
        private final AtomicLong done = new AtomicLong();
        private final AtomicBoolean cancelled;

        private Meter(AtomicBoolean cancelled) {
            this.cancelled = cancelled;
        }

        /// Counts finished steps. May be called by any actor of the run.
        void advance(long steps) {
            done.addAndGet(steps);
        }

        /// Whether to stop as soon as possible; the result will not be used.
        boolean cancelled() {
            return cancelled.get();
        }
    }

    /// One host's run.
    interface Task<R> {
        R run(Meter meter);
    }

    /// Results of the tasks that were finished, in order; fewer than the tasks if the user stopped the run.
    record Outcome<R>(List<R> results, boolean complete) {}

    private ParallelRuns() {}

    /// @param threads how many at once; 1 where each task uses all cores by itself
    /// @throws Cancelled if the user stopped the run before any task was finished
    static <R> Outcome<R> run(
            String name, List<Task<R>> tasks, long stepsPerTask, int threads, Progress progress) {
        AtomicBoolean cancelled = new AtomicBoolean();
        List<Meter> meters = new ArrayList<>();
        List<Future<R>> futures = new ArrayList<>();
        ExecutorService executor =
                Executors.newFixedThreadPool(Math.max(1, Math.min(threads, tasks.size())));
        progress.begin(name, stepsPerTask * tasks.size());
        try {
            for (Task<R> task : tasks) {
                Meter meter = new Meter(cancelled);
                meters.add(meter);
                futures.add(executor.submit(() -> task.run(meter)));
            }
            List<R> results = new ArrayList<>();
            for (Future<R> future : futures) {
                R result = await(future, meters, cancelled, progress);
                if (!cancelled.get()) {
                    results.add(result);
                }
            }
            if (results.isEmpty() && cancelled.get()) {
                throw new Cancelled();
            }
            return new Outcome<>(results, !cancelled.get());
        } finally {
            cancelled.set(true);
            executor.shutdownNow();
            progress.end();
        }
    }

    private static <R> R await(
            Future<R> future, List<Meter> meters, AtomicBoolean cancelled, Progress progress) {
        for (; ; ) {
            try {
                return future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                progress.at(meters.stream().mapToLong(m -> m.done.get()).sum());
                if (progress.cancelled()) {
                    cancelled.set(true);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                cancelled.set(true);
                throw new Cancelled();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }
}
