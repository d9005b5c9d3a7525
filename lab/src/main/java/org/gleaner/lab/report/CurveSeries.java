package org.gleaner.lab.report;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.gleaner.lab.run.Factor;
import org.gleaner.lab.run.ReplayComparison;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Sampling;
import org.gleaner.lab.run.Seeded;
import org.gleaner.lab.sample.Interval;
import org.jspecify.annotations.Nullable;

/// What one trace comes to as its memory shrinks, all else being the same. The components are
/// fields of the JSON document.
///
/// @param name its trace, and its values of what has several besides memory
/// @param points in the order asked for
record CurveSeries(String name, List<Point> points) {

    public CurveSeries {
        points = List.copyOf(points);
    }

    /// One size of memory. Where there are several seeds, figures are medians.
    ///
    /// @param memory as it was asked for
    /// @param band of the major faults, if they are those of a sample; null if of the whole
    /// @param refaults pages that came back after reclaim had taken them
    /// @param machineSeconds null if the engine keeps no virtual time
    /// @param stallSeconds of these, what the same replay does not take without a limit
    /// @param misses of each policy; null if none was asked for
    record Point(
            String memory,
            long memoryPages,
            long pgmajfault,
            @Nullable Interval band,
            long refaults,
            @Nullable Double machineSeconds,
            @Nullable Double stallSeconds,
            @Nullable Map<String, Long> misses) {

        private static Point of(ReplayComparison.Member member) {
            Seeded<ReplayResult> replay = member.replay();
            Sampling sample = replay.first().sample();
            return new Point(
                    member.value(),
                    replay.first().memoryPages(),
                    median(replay, each -> each.count("pgmajfault")),
                    sample == null ? null : sample.pgmajfault(),
                    median(replay, ReplayResult::refaults),
                    middle(replay, ReplayResult::machineSeconds),
                    middle(replay, ReplayResult::stallSeconds),
                    replay.first().misses());
        }

        private static long median(
                Seeded<ReplayResult> replay, ToLongFunction<ReplayResult> figure) {
            return Spread.median(replay.bySeed().stream().mapToLong(figure).sorted().toArray());
        }

        private static @Nullable Double middle(
                Seeded<ReplayResult> replay, Function<ReplayResult, @Nullable Double> figure) {
            List<Double> known =
                    replay.bySeed().stream().map(figure).filter(Objects::nonNull).toList();
            return known.isEmpty() ? null : Spread.of(known, each -> each).median();
        }
    }

    /// The series of a comparison whose plan says that there are any.
    static List<CurveSeries> of(ReplayComparison comparison) {
        return comparison.groups(Factor.MEMORY).stream()
                .map(group ->
                        new CurveSeries(
                                comparison
                                        .plan()
                                        .name(group.getFirst().combination(), Factor.MEMORY),
                                group.stream().map(Point::of).toList()))
                .toList();
    }
}
