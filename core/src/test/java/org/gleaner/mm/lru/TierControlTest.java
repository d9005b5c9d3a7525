package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;

/// The controller that protects tiers which refault too often.
final class TierControlTest {
    private final TierControl control = new TierControl(LruGenRules.of(KernelVersion.V6_12));

    @Test
    void withoutRefaultsEveryTierMayGo() {
        assertThat(control.evictableTier()).isEqualTo(3);
    }

    @Test
    void fewerThan64RefaultsProtectNothing() {
        control.refaulted(1, 63);
        assertThat(control.evictableTier()).isEqualTo(3);
        control.refaulted(1, 1);
        assertThat(control.evictableTier()).isZero();
    }

    @Test
    void aTierIsKeptOnceItRefaultsMoreThanTwiceAsOftenAsTierZero() {
        control.evicted(0, 936);
        control.refaulted(0, 99);
        control.evicted(1, 1_000);
        control.refaulted(1, 200);
        assertThat(control.evictableTier()).isEqualTo(3);
        control.refaulted(1, 1);
        assertThat(control.evictableTier()).isZero();
    }

    @Test
    void tiersAboveAProtectedOneAreProtectedToo() {
        control.refaulted(2, 1_000);
        assertThat(control.evictableTier()).isEqualTo(1);
        control.evicted(3, 1_000_000);
        control.refaulted(3, 64);
        assertThat(control.evictableTier()).isEqualTo(1);
    }

    @Test
    void protectedPagesCountAsSeenExceptInTierZero() {
        control.evicted(0, 936);
        control.refaulted(0, 99);
        control.protectedFromEviction(1, 1_000);
        control.refaulted(1, 200);
        assertThat(control.evictableTier()).isEqualTo(3);
    }

    @Test
    void aRetiredGenerationCountsHalfAndFadesByHalves() {
        control.evicted(2, 100);
        control.protectedFromEviction(2, 51);
        control.refaulted(2, 41);
        control.carryOver();
        assertThat(control.avgTotal(2)).isEqualTo(75);
        assertThat(control.avgRefaulted(2)).isEqualTo(20);
        control.evicted(2, 1);
        control.carryOver();
        assertThat(control.avgTotal(2)).isEqualTo(38);
        assertThat(control.avgRefaulted(2)).isEqualTo(10);
        control.carryOver();
        assertThat(control.avgTotal(2)).isEqualTo(19);
    }

    @Test
    void theComparisonIsExactForCountsOfAnySizeThatOccurs() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            TierControl sp = new TierControl(LruGenRules.of(KernelVersion.V6_12));
            TierControl pv = new TierControl(LruGenRules.of(KernelVersion.V6_12));
            long spTotal = random.nextLong(1L << 26);
            long spRefaulted = random.nextLong(1L << 26);
            long pvTotal = random.nextLong(1L << 26);
            long pvRefaulted = random.nextLong(1L << 26);
            sp.evicted(0, spTotal);
            sp.refaulted(0, spRefaulted);
            pv.evicted(1, pvTotal);
            pv.refaulted(1, pvRefaulted);
            long gain = 1L + random.nextInt(200);
            BigInteger left =
                    BigInteger.valueOf(pvRefaulted)
                            .multiply(BigInteger.valueOf(spTotal + 64))
                            .multiply(BigInteger.valueOf(gain));
            BigInteger right =
                    BigInteger.valueOf(spRefaulted + 1)
                            .multiply(BigInteger.valueOf(pvTotal))
                            .multiply(BigInteger.valueOf(200 - gain));
            assertThat(TierControl.positive(sp, 0, gain, pv, 1, 200 - gain))
                    .isEqualTo(pvRefaulted < 64 || left.compareTo(right) <= 0);
        }
    }
}
