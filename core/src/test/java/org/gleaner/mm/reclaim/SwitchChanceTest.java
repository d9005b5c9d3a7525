package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// How often another task runs between two agings.
final class SwitchChanceTest {
    private static double share(double probability, boolean written) {
        SwitchChance chance = new SwitchChance(probability, 0.9, 7);
        int strikes = 0;
        for (int i = 0; i < 100_000; i++) {
            strikes += chance.strikes(written) ? 1 : 0;
        }
        return strikes / 100_000.0;
    }

    @Test
    void asOftenAsGivenRightAfterTheLast() {
        assertThat(share(0.25, false)).isEqualTo(0.25, within(0.01));
    }

    @Test
    void nineTimesInTenIfPagesWereWritten() {
        assertThat(share(0.25, true)).isEqualTo(0.9, within(0.01));
    }

    @Test
    void neverIfNothingIsLeftToChance() {
        assertThat(share(0, true)).isZero();
        assertThat(share(0, false)).isZero();
    }
}
