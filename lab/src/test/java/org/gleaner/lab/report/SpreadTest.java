package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SpreadTest {

    @Test
    void digitsGoAsFarAsTheRangeSupports() {
        assertThat(spread(0.5512, 0.5561, 0.5608).number()).isEqualTo("0.5561 (0.5512-0.5608)");
        assertThat(spread(0.551, 0.5561, 0.5612).number()).isEqualTo("0.556 (0.551-0.561)");
        assertThat(spread(3.1, 4.2, 5.9).number()).isEqualTo("4.2 (3.1-5.9)");
        assertThat(spread(100, 1234, 9000).number()).isEqualTo("1234 (100-9000)");
        assertThat(spread(31_004, 33_354, 35_812).count()).isEqualTo("33,400 (31,000-35,800)");
        assertThat(spread(4890, 4917, 4955).count()).isEqualTo("4,917 (4,890-4,955)");
        assertThat(spread(0, 1, 1).count()).isEqualTo("1 (0-1)");
    }

    @Test
    void whatNoSeedMovesStandsAlone() {
        assertThat(spread(0.5561).number()).isEqualTo("0.556");
        assertThat(spread(0.5561, 0.5561).number()).isEqualTo("0.556");
        assertThat(spread(33_354).count()).isEqualTo("33,354");
    }

    @Test
    void theMedianOfIntegersIsAnInteger() {
        assertThat(Spread.median(1, 2, 5)).isEqualTo(2L);
        assertThat(Spread.median(1L, 2L, 5L, 9L)).isEqualTo(3L);
        assertThat(Spread.median(1.0, 2.0)).isEqualTo(1.5);
    }

    private static Spread spread(Double... bySeed) {
        return Spread.of(List.of(bySeed), each -> each);
    }

    private static Spread spread(int... bySeed) {
        return Spread.of(java.util.Arrays.stream(bySeed).boxed().toList(), each -> each);
    }
}
