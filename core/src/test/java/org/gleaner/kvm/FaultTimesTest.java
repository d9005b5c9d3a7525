package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
    void quantilesAreNotBelowAndAtMostA128thAbove() {
        SplittableRandom random = new SplittableRandom(5);
        long[] nanos = new long[2000];
        Arrays.setAll(nanos, _ -> random.nextLong(1L << random.nextInt(1, 62)));
        FaultTimes times = of(nanos);
        Arrays.sort(nanos);
        for (double share : new double[] {0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1}) {
            long exact = nanos[(int) Math.ceil(share * nanos.length) - 1];
            assertThat(times.quantileNanos(share)).isBetween(exact, exact + exact / 128);
        }
        assertThat(times.sumNanos()).isEqualTo(LongStream.of(nanos).sum());
        assertThat(of(Long.MAX_VALUE).quantileNanos(1)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theLongestIsExact() {
        assertThat(of(7, 123_456_789, 9).longestNanos()).isEqualTo(123_456_789);
        assertThat(of(7, 123_456_789, 9).quantileNanos(1)).isEqualTo(123_456_789);
    }

    @Test
    void aPeriodIsWhatCameSinceItWasCleared() {
        FaultTimes times = of(100, 200_000);
        times.clear();
        times.add(7);
        times.add(9);
        assertThat(times.count()).isEqualTo(2);
        assertThat(times.sumNanos()).isEqualTo(16);
        assertThat(times.longestNanos()).isEqualTo(9);
        assertThat(times.quantileNanos(1)).isEqualTo(9);
    }

    /// A guest whose host takes known times to find three pages, and none for a fourth: what the
    /// others waited more than that is to the nanosecond what was added.
    @Test
    void aGuestWaitsFromItsExitToItsEntry() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config().withFaultTimes(),
                512,
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 1, true);
                    vcpu.forgetFaultTimes();
                    vcpu.access(cpu, 2, true);
                    FaultTimes times = Objects.requireNonNull(vcpu.faultTimes());
                    long base = times.sumNanos();
                    vcpu.forgetFaultTimes();
                    long[] extra = {5_000, 70_000, 900_000};
                    long start = cpu.now();
                    for (int i = 0; i < extra.length; i++) {
                        long nanos = extra[i];
                        world.space.afterLookup = each -> each.chargeNanos(nanos);
                        vcpu.access(cpu, 3 + i, true);
                        vcpu.access(cpu, 3 + i, true);
                    }
                    long passed = cpu.now() - start;
                    assertThat(times.count()).isEqualTo(3);
                    // work beside a store that is under way hides it
                    long hidden = 10;
                    assertThat(times.sumNanos())
                            .isBetween(3 * (base - hidden) + 975_000, 3 * base + 975_000);
                    assertThat(times.longestNanos())
                            .isBetween(base - hidden + 900_000, base + 900_000);
                    assertThat(times.quantileNanos(0.5))
                            .isBetween(base - hidden + 70_000, base + 71_000);
                    assertThat(passed).isBetween(times.sumNanos(), times.sumNanos() + 2_000);
                });
    }
}
