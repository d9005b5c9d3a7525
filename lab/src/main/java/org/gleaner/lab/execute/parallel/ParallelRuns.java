package org.gleaner.lab.execute.parallel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.jspecify.annotations.Nullable;

/// Runs independent hosts on all cores, each on one, and keeps the order of their results.
public final class ParallelRuns {
    private static final long POLL_MILLIS = 100;

    /// How often a run looks whether the user stopped it, in the machine's nanoseconds: virtual
    /// ones cost tens of real ones.
    private static final long VIRTUAL_WATCH_NANOS = 1_000_000;

    private static final long REAL_WATCH_NANOS = 50_000_000;

    /// What all hosts of this process share, so that several calls at once have no more of them
    /// than one.
    private static final Semaphore FREE_CORES = new Semaphore(Cores.ALL, true);

    /// Steps that are done as time goes by.
    private record TimedPhase(long start, long until, long before, long steps) {
        public long done(long now) {
            double share = (now - start) / (double) Math.max(1, until - start);
            return before + (long) (steps * Math.clamp(share, 0, 1));
        }
    }

    /// One host's run, as it may report and ask while it goes.
    public static final class Meter {
        private final AtomicLong done = new AtomicLong();
        private final AtomicBoolean cancelled;
        private volatile @Nullable TimedPhase timed;
        private volatile long begun;
        private volatile long ended;
        private volatile @Nullable HostSeries series;

        public Meter(AtomicBoolean cancelled) {
            this.cancelled = cancelled;
        }

        /// Steps that are done.
        public long done() {
            return done.get();
        }

        private TimeLeft.State state(long steps) {
            long since = begun;
            long until = ended;
            if (since == 0) {
                return new TimeLeft.State(0, 0);
            }
            double share = until != 0 ? 1 : Math.clamp(done() / (double) steps, 0, 0.99);
            return new TimeLeft.State(
                    ((until != 0 ? until : System.nanoTime()) - since) / 1e9, share);
        }

        /// What is left of the task ends when the machine's clock says so, and counts as `steps`
        /// over that time. Needs [#watch].
        ///
        /// @param before steps of all that came before, whether they were counted or not
        public void timed(long start, long until, long before, long steps) {
            timed = new TimedPhase(start, until, before, steps);
        }

        /// For a run that reports to a [Progress] itself, as the only one of this task.
        public Progress progress() {
            return new Progress() {
                @Override
                public void begin(String task, long steps) {}

                @Override
                public void at(long steps) {
                    done.set(steps);
                }

                @Override
                public void end() {}

                @Override
                public void say(String line) {}

                @Override
                public boolean cancelled() {
                    return cancelled.get();
                }
            };
        }

        /// Says that the task's steps are done, whatever was reported.
        public void finish(long steps) {
            done.set(steps);
        }

        /// Counts finished steps. May be called by any actor of the run, every hundred steps or so.
        public void advance(long steps) {
            done.addAndGet(steps);
        }

        /// What is seen of the host is to be kept there.
        public void keep(@Nullable HostSeries seen) {
            series = seen;
        }

        /// Where to keep what is seen of the host; null if nobody asks.
        public @Nullable HostSeries series() {
            return series;
        }

        /// Ends all of an engine's actors when the user stops the run, whatever they are at.
        public void watch(Engine engine) {
            long nanos = engine.realMemory() ? REAL_WATCH_NANOS : VIRTUAL_WATCH_NANOS;
            engine.device("watch", cpu -> watch(cpu, nanos));
        }

        private void watch(Cpu cpu, long nanos) {
            for (; ; ) {
                check();
                TimedPhase phase = timed;
                if (phase != null) {
                    done.set(phase.done(cpu.now()));
                }
                cpu.sleep(nanos);
            }
        }

        private void check() {
            if (cancelled.get()) {
                throw new Cancelled();
            }
        }
    }

    /// What is told of all tasks together.
    private record Reports(
            Progress progress, List<Meter> meters, long steps, boolean alike, int threads) {
        void tell() {
            if (alike) {
                progress.at(meters.stream().mapToLong(Meter::done).sum());
                return;
            }
            long each = steps / meters.size();
            List<TimeLeft.State> states = meters.stream().map(m -> m.state(each)).toList();
            double left = TimeLeft.seconds(states, threads);
            double gone = states.stream().mapToDouble(TimeLeft.State::seconds).max().orElse(0);
            progress.at(Double.isNaN(left) ? 0 : (long) (steps * gone / (gone + left)), left);
        }
    }

    /// One host's run.
    public interface Task<R> {
        R run(Meter meter);

        /// How long it is expected to take, in no unit, beside the others of its call: the longest
        /// begin first, so that none is left to run alone at the end.
        default int length() {
            return 0;
        }

        /// The same run, of that length.
        default Task<R> ofLength(int length) {
            return new Task<>() {
                @Override
                public R run(Meter meter) {
                    return Task.this.run(meter);
                }

                @Override
                public int length() {
                    return length;
                }
            };
        }
    }

    /// What came of the tasks, in their order; null of those that the user stopped.
    public record Outcome<R>(List<@Nullable R> all) {

        public List<R> finished() {
            return all.stream().filter(Objects::nonNull).toList();
        }
    }

    private ParallelRuns() {}

    /// @param steps of all tasks together; see [Progress#begin]
    /// @param alike whether one takes about as long as any other
    /// @param threads how many at once; 1 where each task uses all cores by itself
    public static <R> Outcome<R> run(
            String name,
            List<Task<R>> tasks,
            long steps,
            boolean alike,
            int threads,
            Progress progress) {
        AtomicBoolean cancelled = new AtomicBoolean();
        List<Meter> meters = tasks.stream().map(task -> new Meter(cancelled)).toList();
        ExecutorService executor = Cores.threads(Math.max(1, Math.min(threads, tasks.size())));
        int cores = Math.max(1, Cores.count() / threads);
        progress.begin(name, steps);
        Reports reports = new Reports(progress, meters, steps, alike, threads);
        try {
            Map<Integer, Future<@Nullable R>> begun = new TreeMap<>();
            for (int i : longestFirst(tasks)) {
                Task<R> task = tasks.get(i);
                Meter meter = meters.get(i);
                begun.put(i, executor.submit(() -> finish(task, meter, cores, progress)));
            }
            List<@Nullable R> results = new ArrayList<>();
            for (Future<@Nullable R> future : begun.values()) {
                results.add(await(future, reports, cancelled, progress));
            }
            return new Outcome<>(results);
        } finally {
            cancelled.set(true);
            executor.shutdownNow();
            progress.end();
        }
    }

    /// Indices of the tasks in the order in which they begin.
    private static List<Integer> longestFirst(List<? extends Task<?>> tasks) {
        Comparator<Integer> byLength = Comparator.comparingInt(i -> -tasks.get(i).length());
        return IntStream.range(0, tasks.size()).boxed().sorted(byLength).toList();
    }

    /// The task's result, or null if the user stopped the run first.
    private static <R> @Nullable R finish(Task<R> task, Meter meter, int cores, Progress progress) {
        FREE_CORES.acquireUninterruptibly(cores);
        try {
            if (progress.cancelled()) {
                meter.cancelled.set(true);
            }
            meter.check();
            meter.begun = System.nanoTime();
            return task.run(meter);
        } catch (Cancelled stopped) {
            return null;
        } finally {
            FREE_CORES.release(cores);
            meter.ended = System.nanoTime();
        }
    }

    private static <R> @Nullable R await(
            Future<@Nullable R> future,
            Reports reports,
            AtomicBoolean cancelled,
            Progress progress) {
        for (; ; ) {
            try {
                return future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                reports.tell();
                if (progress.cancelled()) {
                    cancelled.set(true);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                cancelled.set(true);
                throw new Cancelled();
            } catch (ExecutionException e) {
                throw rethrown(e);
            }
        }
    }

    /// What a task threw, for its caller to throw.
    public static RuntimeException rethrown(ExecutionException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return e.getCause() instanceof RuntimeException failure
                ? failure
                : new IllegalStateException(e.getCause());
    }
}
