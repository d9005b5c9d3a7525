package org.gleaner.web.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class StretchesTest {

    @Test
    void fewSamplesStayAsTheyAre() {
        Stretches stretches = new Stretches(1, 8);
        for (int i = 0; i < 7; i++) {
            stretches.add(i, "p" + i, new double[] {10 * i});
        }
        stretches.reduceTo(8);
        assertThat(stretches.seconds()).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
        assertThat(stretches.column(0)).isEqualTo(List.of(0L, 10L, 20L, 30L, 40L, 50L, 60L));
        assertThat(stretches.phases()).last().isEqualTo("p6");
    }

    /// One sample in a million stands out, up or down, and is still there.
    @Test
    void noPeakIsLost() {
        for (double peak : new double[] {1e9, -1e9}) {
            Stretches stretches = new Stretches(1, 400);
            Random random = new Random(1);
            int samples = 300_000;
            int at = random.nextInt(samples);
            for (int i = 0; i < samples; i++) {
                stretches.add(i, "", new double[] {i == at ? peak : random.nextDouble()});
            }
            stretches.reduceTo(400);
            assertThat(stretches.rows()).isEqualTo(samples);
            assertThat(stretches.seconds()).hasSizeBetween(100, 400).isSorted();
            assertThat(stretches.column(0)).contains((long) peak);
        }
    }

    @Test
    void aCounterStaysOneAndEndsWhereItEnded() {
        Stretches stretches = new Stretches(2, 100);
        Random random = new Random(2);
        double counter = 0;
        for (int i = 0; i < 12_345; i++) {
            counter += random.nextInt(3);
            stretches.add(i, "", new double[] {counter, Double.NaN});
        }
        stretches.reduceTo(50);
        List<Double> values =
                stretches.column(0).stream()
                        .map(each -> Objects.requireNonNull(each).doubleValue())
                        .toList();
        assertThat(values).isSorted();
        assertThat(values.getFirst()).isLessThanOrEqualTo(2);
        assertThat(values.getLast()).isEqualTo(counter);
        assertThat(stretches.column(1)).containsOnlyNulls();
    }
}
