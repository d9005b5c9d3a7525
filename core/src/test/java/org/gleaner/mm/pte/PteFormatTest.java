package org.gleaner.mm.pte;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gleaner.pagetable.EntryFormat;
import org.junit.jupiter.api.Test;

class PteFormatTest {
    private static final PteFormat PTE = PteFormat.X86_64;

    @Test
    void bitsAreThoseOfTheManual() {
        assertThat(
                        PTE.makeLeaf(
                                0x1234,
                                1,
                                PteFormat.WRITABLE | PteFormat.ACCESSED | PteFormat.DIRTY))
                .isEqualTo(0x1234067L);
        assertThat(PTE.makeLeaf(0x200, 2, 0)).isEqualTo(0x200085L);
        assertThat(PTE.makeTable(3)).isEqualTo(0x3027L);
        assertThat(PteFormat.NONE).isZero();
        assertThat(PTE.accessed).isEqualTo(1L << 5);
        assertThat(PTE.dirty).isEqualTo(1L << 6);
    }

    @Test
    void swapEntriesRoundTripAndAreNeitherPresentNorNone() {
        SplittableRandom random = new SplittableRandom(5);
        for (int n = 0; n < 20_000; n++) {
            int type = random.nextInt(PteFormat.MAX_SWAP_TYPE + 1);
            long slot = random.nextInt(8) == 0 ? 0 : random.nextLong(1L << 40);
            long pte = PTE.makeSwap(type, slot);
            assertThat(PTE.isSwap(pte)).isTrue();
            assertThat(PTE.isPresent(pte)).isFalse();
            assertThat(PTE.isNone(pte)).isFalse();
            assertThat(PTE.swapType(pte)).isEqualTo(type);
            assertThat(PTE.swapSlot(pte)).isEqualTo(slot);
            assertThat(PTE.permits(pte, EntryFormat.READ)).isFalse();
        }
        assertThat(PTE.isSwap(PteFormat.NONE)).isFalse();
        assertThat(PTE.isSwap(PTE.makeLeaf(7, 1, PteFormat.SPECIAL))).isFalse();
    }

    @Test
    void operationsChangeTheirBitOnly() {
        SplittableRandom random = new SplittableRandom(6);
        long all =
                PteFormat.WRITABLE
                        | PteFormat.ACCESSED
                        | PteFormat.DIRTY
                        | PteFormat.SPECIAL
                        | PteFormat.SHARED
                        | PteFormat.SOFT_2;
        for (int n = 0; n < 20_000; n++) {
            long pte = PTE.makeLeaf(random.nextLong(1L << 40), 1, random.nextLong() & all);
            assertThat(PTE.young(PTE.old(pte))).isEqualTo(pte | PteFormat.ACCESSED);
            assertThat(PTE.old(pte)).isEqualTo(pte & ~PteFormat.ACCESSED);
            assertThat(PTE.clean(pte)).isEqualTo(pte & ~PteFormat.DIRTY);
            assertThat(PTE.dirty(pte)).isEqualTo(pte | PteFormat.DIRTY);
            assertThat(PTE.readOnly(pte)).isEqualTo(pte & ~PteFormat.WRITABLE);
            assertThat(PTE.writable(pte)).isEqualTo(pte | PteFormat.WRITABLE);
            assertThat(PTE.permits(pte, EntryFormat.READ)).isTrue();
            assertThat(PTE.permits(pte, EntryFormat.WRITE)).isEqualTo(PTE.isWritable(pte));
        }
    }
}
