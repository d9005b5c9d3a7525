package org.gleaner.lab.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Quantiles and distances against sorting everything.
final class DistributionTest {

    private record Weighted(double value, double weight) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 4096, 50_000})
    void quantilesAreThoseOfTheSortedValues(int n) {
        SplittableRandom random = new SplittableRandom(n);
        List<Weighted> all = new ArrayList<>();
        Distribution distribution = new Distribution();
        for (int i = 0; i < n; i++) {
            double value = random.nextInt(20) == 0 ? 0 : Math.exp(random.nextGaussian() * 4);
            all.add(new Weighted(value, random.nextInt(1, 5)));
            distribution.add(value, all.getLast().weight());
        }
        distribution.add(Double.NaN, 1);
        distribution.add(3, 0);
        all.sort(Comparator.comparingDouble(Weighted::value));
        double weight = all.stream().mapToDouble(Weighted::weight).sum();
        double error = n > 4096 ? 0.011 : 1e-9;
        for (double share : new double[] {0, 0.01, 0.1, 0.5, 0.77, 0.999, 1}) {
            double exact = all.getFirst().value();
            double done = 0;
            for (int i = 0; i < n && done < share * weight - 1e-6; i++) {
                done += all.get(i).weight();
                exact = all.get(i).value();
            }
            assertThat(distribution.quantile(share))
                    .as("%d at %s", n, share)
                    .isCloseTo(exact, within(exact * error));
        }
        assertThat(distribution.count()).isEqualTo(n);
        assertThat(distribution.mean())
                .isCloseTo(
                        all.stream().mapToDouble(w -> w.value() * w.weight()).sum() / weight,
                        within(distribution.mean() * 1e-9));
    }

    @Test
    void distanceIsTheLargestDifferenceOfShares() {
        Distribution low = new Distribution();
        Distribution high = new Distribution();
        for (int i = 1; i <= 100; i++) {
            low.add(i, 1);
            high.add(i + 25, 1);
        }
        assertThat(low.distance(low)).isZero();
        assertThat(low.distance(high)).isCloseTo(0.25, within(0.011));
        assertThat(high.distance(low)).isEqualTo(low.distance(high));
        Distribution apart = new Distribution();
        apart.add(1000, 3);
        assertThat(low.distance(apart)).isEqualTo(1);
    }
}
