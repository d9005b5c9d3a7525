package org.gleaner.fleet.spark;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.Success$;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.gleaner.cli.Version;
import org.gleaner.fleet.plan.Point;
import org.gleaner.fleet.plan.Rounds;
import org.gleaner.fleet.plan.Strategy;
import org.gleaner.fleet.plan.Sweep;
import org.gleaner.fleet.point.Inputs;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;

/// Runs a sweep's points that have no rows yet.
///
/// They are run in waves of at most [#WAVE] tasks, so that what Spark remembers of tasks does not
/// grow with the sweep; all else that the driver holds is a bit for each point.
public final class SweepRun implements AutoCloseable {

    private static final int WAVE = 1_000;
    private static final int POLL_MILLIS = 100;

    private final Sweep sweep;
    private final Inputs inputs;
    private final Cluster cluster;
    private final Progress progress;
    private final SparkSession spark;
    private final ResultTable table;
    private final AtomicLong ended = new AtomicLong();

    private SweepRun(
            Sweep sweep, Inputs inputs, Cluster cluster, Progress progress, Path directory) {
        this.sweep = sweep;
        this.inputs = inputs;
        this.cluster = cluster;
        this.progress = progress;
        spark =
                cluster.open(
                        sweep.name(),
                        directory.resolve("spark.log").toAbsolutePath(),
                        inputs.files().values());
        table = new ResultTable(spark, directory);
    }

    /// How far a sweep came.
    ///
    /// @param before points that had been run before
    /// @param failed of those that are finished: their rows say why, and are not to be believed
    public record Outcome(long asked, long finished, long before, long failed) {
        public boolean complete() {
            return asked == finished;
        }
    }

    /// Runs `sweep`, or what is left of it.
    ///
    /// @param directory of its results, new or begun
    /// @throws BadInput if the directory is another's, or the cluster is not there
    public static Outcome run(
            Sweep sweep, Inputs inputs, Cluster cluster, Path directory, Progress progress) {
        SweepDirectory.Identity own =
                SweepDirectory.Identity.of(sweep, inputs.digest(), Version.ofGleaner());
        try (SweepDirectory _ = SweepDirectory.take(directory, own);
                SweepRun run = new SweepRun(sweep, inputs, cluster, progress, directory)) {
            return run.run();
        }
    }

    private Outcome run() {
        IndexSet finished = table.finished();
        long before = finished.size();
        long asked = sweep.points();
        ended.set(before);
        try {
            if (before < asked) {
                finished = rest(finished);
            }
            if (finished.size() == asked && !table.isWhole()) {
                table.make(asked);
            }
            return new Outcome(asked, finished.size(), before, table.failed());
        } catch (RuntimeException e) {
            if (!progress.cancelled()) {
                throw e;
            }
            // The signal that stops the sweep ends Spark's session too.
            return new Outcome(asked, ended.get(), before, 0);
        }
    }

    /// Runs the points that are not `finished`, and gives those that are then.
    private IndexSet rest(IndexSet finished) {
        listen();
        progress.begin("sweep " + sweep.name(), sweep.points());
        try {
            if (sweep.strategy() instanceof Strategy.Bayes search) {
                rounds(finished, search);
            } else {
                points(finished);
            }
        } catch (Cancelled e) {
            // What is finished is counted below.
        } finally {
            progress.end();
        }
        return table.finished();
    }

    private void points(IndexSet finished) {
        long asked = sweep.points();
        for (long from = 0; from < asked; ) {
            List<Long> wave = finished.missing(from, asked, WAVE);
            if (wave.isEmpty()) {
                return;
            }
            run(slices(wave).map(sweep::point));
            from = wave.getLast() + 1;
        }
    }

    /// Each round asks what those before it found, whether they were run now or before.
    private void rounds(IndexSet finished, Strategy.Bayes search) {
        Rounds rounds = new Rounds(sweep, search);
        boolean found = false;
        while (!rounds.over()) {
            List<Point> round = rounds.next();
            List<Point> missing =
                    round.stream().filter(point -> !finished.has(point.index())).toList();
            if (!missing.isEmpty()) {
                run(slices(missing));
            }
            Map<Long, Double> figures =
                    table.figures(search.minimise(), round.stream().map(Point::index).toList());
            rounds.found(figures);
            found |= !figures.isEmpty();
            if (!found) {
                throw new BadInput(
                        "minimise: " + search.minimise(),
                        "no point of the first round has such a figure",
                        "see 'gleaner sweep show DIR --point 0' for all names");
            }
        }
    }

    /// One for each task.
    private <T> JavaRDD<T> slices(List<T> all) {
        return JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelize(all, all.size());
    }

    /// One wave, a task for each point.
    private void run(JavaRDD<Point> points) {
        if (progress.cancelled()) {
            throw new Cancelled();
        }
        JavaRDD<Row> rows = points.map(new PointRow(sweep.hash(), inputs, !cluster.isHere()));
        CompletableFuture<Void> job =
                CompletableFuture.runAsync(
                        () -> table.append(spark.createDataFrame(rows, PointRow.SCHEMA)));
        await(job);
    }

    private void await(CompletableFuture<Void> job) {
        boolean stopped = false;
        for (; ; ) {
            try {
                job.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                progress.at(ended.get());
                if (progress.cancelled() && !stopped) {
                    stopped = true;
                    spark.sparkContext().cancelAllJobs();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Cancelled();
            } catch (ExecutionException e) {
                if (progress.cancelled()) {
                    throw new Cancelled();
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }

    private void listen() {
        spark.sparkContext()
                .addSparkListener(
                        new SparkListener() {
                            @Override
                            public void onTaskEnd(SparkListenerTaskEnd end) {
                                if (end.reason() == Success$.MODULE$) {
                                    ended.incrementAndGet();
                                }
                            }
                        });
    }

    @Override
    public void close() {
        spark.stop();
    }
}
