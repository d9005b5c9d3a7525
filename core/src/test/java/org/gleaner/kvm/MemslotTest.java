package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How large a leaf a slot allows.
final class MemslotTest {
    @ParameterizedTest
    @CsvSource({
        // base, pages, vpn, gfn, level
        "0, 1048576, 0, 0, 3",
        "0, 1048576, 262144, 700000, 3",
        "0, 1048576, 512, 700000, 2",
        "0, 1048576, 1, 700000, 1",
        "1, 2048, 1, 1, 1",
        "1, 2048, 513, 511, 1",
        "1, 2048, 513, 512, 2",
        "1, 2048, 513, 2047, 2",
        "1, 2048, 513, 2048, 1",
        "0, 511, 0, 0, 1",
        "0, 512, 0, 511, 2",
        "0, 262143, 0, 5, 2",
        "0, 262143, 0, 262142, 1",
    })
    void aLeafLiesInItsSlotAndIsAlignedAlike(long base, long pages, long vpn, long gfn, int level) {
        Memslot slot = new Memslot(0, base, pages, vpn, false, false);
        assertThat(slot.mostLevel(Geometry.FOUR_BY_NINE, RadixTable.LEVEL_1G, gfn))
                .isEqualTo(level);
        if (level > RadixTable.LEVEL_4K) {
            long first = Geometry.FOUR_BY_NINE.alignDown(gfn, level);
            assertThat(slot.vpnOf(first) % Geometry.FOUR_BY_NINE.pages(level)).isZero();
        }
    }
}
