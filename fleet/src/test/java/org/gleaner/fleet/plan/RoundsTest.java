package org.gleaner.fleet.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class RoundsTest {

    private static final String AXES =
            """
            command: replay
            fixed: {trace: zipf}
            vary:
              lru: [mglru, classic]
              memory: {from: 0, to: 1000}
              swappiness: {from: 0, to: 1000}
            """;

    private static Sweep sweep(String search, long seed) {
        String more = "search: " + search + "\npoints: 40\nseed: " + seed + "\n";
        return SweepReader.of(
                "s.yaml", AXES + more + (search.equals("bayes") ? "minimise: cost\n" : ""));
    }

    /// Least, 1, at (300, 700) of classic.
    private static double cost(Point point) {
        double x = Double.parseDouble(point.values().get("memory")) / 1000 - 0.3;
        double y = Double.parseDouble(point.values().get("swappiness")) / 1000 - 0.7;
        return 1 + 50 * (x * x + y * y) + (point.values().get("lru").equals("classic") ? 0 : 2);
    }

    private static List<Point> search(long seed) {
        Sweep sweep = sweep("bayes", seed);
        Rounds rounds = new Rounds(sweep, (Strategy.Bayes) sweep.strategy());
        List<Point> all = new ArrayList<>();
        while (!rounds.over()) {
            List<Point> round = rounds.next();
            Map<Long, Double> figures = new HashMap<>();
            round.forEach(point -> figures.put(point.index(), cost(point)));
            rounds.found(figures);
            all.addAll(round);
        }
        return all;
    }

    private static double least(List<Point> points) {
        return points.stream().mapToDouble(RoundsTest::cost).min().orElseThrow();
    }

    @Test
    void itComesCloserThanChance() {
        for (long seed = 1; seed <= 3; seed++) {
            Sweep random = sweep("random", seed);
            double byChance = least(LongStream.range(0, 40).mapToObj(random::point).toList());
            double found = least(search(seed));
            assertThat(found).isLessThan(1.1).isLessThan(byChance);
        }
    }

    @Test
    void itAsksTheSameAgainAndNothingTwice() {
        List<Point> points = search(1);
        assertThat(points).hasSize(40).isEqualTo(search(1));
        assertThat(points.stream().map(Point::words).distinct()).hasSize(40);
        assertThat(points.stream().map(Point::index)).isSorted();
    }
}
