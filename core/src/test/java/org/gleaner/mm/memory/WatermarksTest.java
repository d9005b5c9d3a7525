package org.gleaner.mm.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WatermarksTest {
    private static final long GIB = 1 << 18;

    @Test
    void sixteenGibibytesHaveTheMarksOfTheKernel() {
        assertThat(Watermarks.of(16 * GIB, 10)).isEqualTo(new Watermarks(4096, 8290, 12_484));
    }

    @Test
    void smallZonesAreSpacedByAQuarterOfTheMinimum() {
        // 64 MiB: sqrt(16 * 65536 kB) = 1024 kB
        assertThat(Watermarks.of(16_384, 10)).isEqualTo(new Watermarks(256, 320, 384));
    }

    @Test
    void theMinimumIsKeptBetween128KibAnd256Mib() {
        assertThat(Watermarks.of(16, 10).min()).isEqualTo(32);
        assertThat(Watermarks.of(16_384 * GIB, 10).min()).isEqualTo(65_536);
    }

    @Test
    void scalingKeepsTheMarksApart() {
        assertThat(new Watermarks(4096, 8290, 12_484).scaled(64))
                .isEqualTo(new Watermarks(64, 129, 194));
        assertThat(new Watermarks(10, 11, 12).scaled(64)).isEqualTo(new Watermarks(1, 2, 3));
    }
}
