package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class FaultTimesTest {

    private static FaultTimes of(long... nanos) {
        FaultTimes times = new FaultTimes();
        LongStream.of(nanos).forEach(times::add);
        return times;
    }

    @Test
    void withoutFaultsThereIsNothing() {
        FaultTimes none = FaultTimes.of(List.of());
        assertThat(none.count()).isZero();
        assertThat(none.sumNanos()).isZero();
        assertThat(none.quantileNanos(0.99)).isZero();
    }

    @Test
    void whatIsShortIsExact() {
        FaultTimes times = of(0, 1, 2, 3, 15);
        assertThat(times.quantileNanos(0.2)).isZero();
        assertThat(times.quantileNanos(0.5)).isEqualTo(2);
        assertThat(times.quantileNanos(1)).isEqualTo(15);
    }

    /// Against the sorted times themselves, over eighteen powers of ten.
    @Test
    void quantilesAreNotBelowAndAtMostASixteenthAbove() {
        SplittableRandom random = new SplittableRandom(5);
        long[] nanos = new long[2000];
        Arrays.setAll(nanos, _ -> random.nextLong(1L << random.nextInt(1, 62)));
        FaultTimes times = of(nanos);
        Arrays.sort(nanos);
        for (double share : new double[] {0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1}) {
            long exact = nanos[(int) Math.ceil(share * nanos.length) - 1];
            assertThat(times.quantileNanos(share)).isBetween(exact, exact + exact / 16);
        }
        assertThat(times.sumNanos()).isEqualTo(LongStream.of(nanos).sum());
        assertThat(of(Long.MAX_VALUE).quantileNanos(1)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aPeriodIsWhatCameSinceItsBeginning() {
        FaultTimes before = of(100, 200_000);
        FaultTimes later = of(100, 200_000, 7, 9);
        FaultTimes period = later.since(before);
        assertThat(period.count()).isEqualTo(2);
        assertThat(period.sumNanos()).isEqualTo(16);
        assertThat(period.quantileNanos(1)).isEqualTo(9);
    }
}
