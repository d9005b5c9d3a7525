package org.gleaner.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.gleaner.lab.run.ErrorBand.Figure;
import org.gleaner.lab.run.ScenarioFigures.Key;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;

final class ErrorBandTest {
    private static final Key A = new Key("a", "run1Seconds");
    private static final Key B = new Key("b", "run1Seconds");

    private static Map<Key, Double> figures(double a, double b) {
        Map<Key, Double> figures = new LinkedHashMap<>();
        figures.put(A, a);
        figures.put(B, b);
        return figures;
    }

    private static ErrorBand band(double a, List<Map<Key, Double>> points) {
        return ErrorBand.of(points.size(), Scale.FULL, 1, "some", figures(a, 1), points);
    }

    @Test
    void nineOfTenPointsAreWithin() {
        List<Map<Key, Double>> points =
                IntStream.rangeClosed(0, 100).mapToObj(i -> figures(i, 1)).toList();
        Figure a = band(50, points).figures().getFirst();
        assertThat(a).isEqualTo(new Figure("a", "run1Seconds", 50, 5, 95));
    }

    @Test
    void theFigureItselfIsWithin() {
        Figure a = band(7, List.of(figures(1, 1), figures(2, 1))).figures().getFirst();
        assertThat(a.value()).isEqualTo(7);
        assertThat(a.high()).isEqualTo(7);
        assertThat(a.low()).isCloseTo(1.05, within(1e-9));
    }

    /// What makes both sides dearer does not move their ratio.
    @Test
    void aRatioIsTakenPointByPoint() {
        List<Map<Key, Double>> points =
                IntStream.rangeClosed(1, 50).mapToObj(i -> figures(3 * i, i)).toList();
        Figure ratio = band(3, points).ratios().getFirst();
        assertThat(ratio).isEqualTo(new Figure("a/b", "run1Seconds", 3, 3, 3));
    }

    @Test
    void whatIsTheSameInAllConfigurationsIsNoMetricOfRatios() {
        List<Map<Key, Double>> points = List.of(figures(1, 1), figures(2, 2));
        assertThat(ErrorBand.metrics(band(1, points).ratios())).isEmpty();
        assertThat(ErrorBand.metrics(band(1, points).figures())).containsExactly("run1Seconds");
    }
}
