package org.gleaner.lab.execute.vary;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.parallel.Cores;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.jspecify.annotations.Nullable;

/// Measures the same with other constants of virtual time, again and again, as many at once as
/// there are cores.
final class ShiftedRuns {
    private static final long POLL_MILLIS = 100;

    private ShiftedRuns() {}

    /// @param name of it all, for people
    /// @param shifts of the constants, whatever they are written as
    /// @param measure with some constants; called by several threads at once; null or [Cancelled]
    ///     if the user stopped it
    /// @return what was measured, in the order of `shifts`, without what the user stopped
    static <S, R> List<R> run(
            String name,
            List<S> shifts,
            BiFunction<S, Progress, @Nullable R> measure,
            Progress progress) {
        ExecutorService threads = Cores.threads(Math.max(1, shifts.size()));
        progress.begin(name, shifts.size());
        try {
            List<Future<@Nullable R>> futures = new ArrayList<>();
            for (S shift : shifts) {
                futures.add(threads.submit(() -> measured(shift, measure, progress)));
            }
            List<R> results = new ArrayList<>();
            for (Future<@Nullable R> future : futures) {
                R result = await(future, futures, progress);
                if (result != null) {
                    results.add(result);
                }
            }
            return results;
        } finally {
            threads.shutdownNow();
            progress.end();
        }
    }

    private static <S, R> @Nullable R measured(
            S shift, BiFunction<S, Progress, @Nullable R> measure, Progress all) {
        if (all.cancelled()) {
            return null;
        }
        try {
            return measure.apply(shift, Progress.quiet(all));
        } catch (Cancelled stopped) {
            return null;
        }
    }

    private static <R> @Nullable R await(
            Future<@Nullable R> future, List<? extends Future<?>> all, Progress progress) {
        for (; ; ) {
            try {
                return future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                progress.at(all.stream().filter(Future::isDone).count());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Cancelled();
            } catch (ExecutionException e) {
                throw ParallelRuns.rethrown(e);
            }
        }
    }
}
