package org.gleaner.bench;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// Runs every benchmark with one thread and with two, and prints each as a ratio to its baseline
/// of the same run. Arguments are JMH's own and override what is set here.
///
/// The best iteration counts, not the mean: what a busy machine adds is not the lock's.
public final class Ratios {
    /// The method that the others of its class are measured against.
    private static final Map<String, String> BASELINES =
            Map.of(
                    "SpinLockBenchmark", "stampedLock",
                    "RwLockBenchmark", "stampedLock",
                    "WriteLockBenchmark", "stampedLock",
                    "ReadSectionBenchmark", "stampedRead");

    private Ratios() {}

    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        CommandLineOptions given = new CommandLineOptions(args);
        for (int threads : List.of(1, 2)) {
            OptionsBuilder options = new OptionsBuilder();
            options.parent(given);
            options.mode(Mode.AverageTime).timeUnit(TimeUnit.NANOSECONDS);
            options.threads(threads);
            options.forks(given.getForkCount().orElse(2));
            options.warmupIterations(given.getWarmupIterations().orElse(3));
            options.warmupTime(given.getWarmupTime().orElse(TimeValue.milliseconds(300)));
            options.measurementIterations(given.getMeasurementIterations().orElse(5));
            options.measurementTime(given.getMeasurementTime().orElse(TimeValue.milliseconds(300)));
            print(threads, new Runner(options.build()).run());
        }
    }

    private static void print(int threads, Collection<RunResult> results) {
        Map<String, Map<String, Double>> byClass = new TreeMap<>();
        for (RunResult result : results) {
            String[] path = result.getParams().getBenchmark().split("\\.");
            byClass.computeIfAbsent(path[path.length - 2], c -> new TreeMap<>())
                    .put(path[path.length - 1], result.getPrimaryResult().getStatistics().getMin());
        }
        byClass.forEach((group, scores) -> print(group, threads, scores));
    }

    private static void print(String group, int threads, Map<String, Double> scores) {
        String baseline = BASELINES.get(group);
        System.out.printf("%n%s, threads %d, ratio of time to %s%n", group, threads, baseline);
        scores.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .forEach(e -> print(e.getKey(), e.getValue(), scores.get(baseline)));
    }

    private static void print(String name, double nanos, Double baseline) {
        String ratio =
                baseline == null ? "-" : String.format(Locale.ROOT, "%.2f", nanos / baseline);
        System.out.printf(Locale.ROOT, "  %-24s %6s   (%.1f ns)%n", name, ratio, nanos);
    }
}
