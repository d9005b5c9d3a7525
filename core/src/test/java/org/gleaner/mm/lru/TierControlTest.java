package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;

/// The controller that protects tiers which refault too often.
final class TierControlTest {
    private final Cpu cpu =
            new ThreadEngine(CostModel.named("x86-server")).spawn("counter", _ -> {});

    private final TierControl control = new TierControl(LruGenRules.of(KernelVersion.V6_12));

    @Test
    void withoutRefaultsEveryTierMayGo() {
        assertThat(control.evictableTier(cpu)).isEqualTo(3);
    }

    @Test
    void fewerThan64RefaultsProtectNothing() {
        control.refaulted(cpu, 1, 63);
        assertThat(control.evictableTier(cpu)).isEqualTo(3);
        control.refaulted(cpu, 1, 1);
        assertThat(control.evictableTier(cpu)).isZero();
    }

    @Test
    void aTierIsKeptOnceItRefaultsMoreThanTwiceAsOftenAsTierZero() {
        control.evicted(cpu, 0, 936);
        control.refaulted(cpu, 0, 99);
        control.evicted(cpu, 1, 1_000);
        control.refaulted(cpu, 1, 200);
        assertThat(control.evictableTier(cpu)).isEqualTo(3);
        control.refaulted(cpu, 1, 1);
        assertThat(control.evictableTier(cpu)).isZero();
    }

    @Test
    void tiersAboveAProtectedOneAreProtectedToo() {
        control.refaulted(cpu, 2, 1_000);
        assertThat(control.evictableTier(cpu)).isEqualTo(1);
        control.evicted(cpu, 3, 1_000_000);
        control.refaulted(cpu, 3, 64);
        assertThat(control.evictableTier(cpu)).isEqualTo(1);
    }

    @Test
    void protectedPagesCountAsSeenExceptInTierZero() {
        control.evicted(cpu, 0, 936);
        control.refaulted(cpu, 0, 99);
        control.protectedFromEviction(cpu, 1, 1_000);
        control.refaulted(cpu, 1, 200);
        assertThat(control.evictableTier(cpu)).isEqualTo(3);
    }

    @Test
    void aRetiredGenerationCountsHalfAndFadesByHalves() {
        control.evicted(cpu, 2, 100);
        control.protectedFromEviction(cpu, 2, 51);
        control.refaulted(cpu, 2, 41);
        control.carryOver(cpu);
        assertThat(control.avgTotal(cpu, 2)).isEqualTo(75);
        assertThat(control.avgRefaulted(cpu, 2)).isEqualTo(20);
        control.evicted(cpu, 2, 1);
        control.carryOver(cpu);
        assertThat(control.avgTotal(cpu, 2)).isEqualTo(38);
        assertThat(control.avgRefaulted(cpu, 2)).isEqualTo(10);
        control.carryOver(cpu);
        assertThat(control.avgTotal(cpu, 2)).isEqualTo(19);
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
            sp.evicted(cpu, 0, spTotal);
            sp.refaulted(cpu, 0, spRefaulted);
            pv.evicted(cpu, 1, pvTotal);
            pv.refaulted(cpu, 1, pvRefaulted);
            long gain = 1L + random.nextInt(200);
            BigInteger left =
                    BigInteger.valueOf(pvRefaulted)
                            .multiply(BigInteger.valueOf(spTotal + 64))
                            .multiply(BigInteger.valueOf(gain));
            BigInteger right =
                    BigInteger.valueOf(spRefaulted + 1)
                            .multiply(BigInteger.valueOf(pvTotal))
                            .multiply(BigInteger.valueOf(200 - gain));
            assertThat(TierControl.positive(cpu, sp, 0, gain, pv, 1, 200 - gain))
                    .isEqualTo(pvRefaulted < 64 || left.compareTo(right) <= 0);
        }
    }
}
