package org.gleaner.mm.pte;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/// Which translations a CPU still has.
final class TlbTest {
    private static final int SIZE = 16;

    private final Tlb tlb = new Tlb(SIZE);

    private void fillColumn(int from, int to) {
        for (int i = from; i < to; i++) {
            tlb.fill((long) i * SIZE, true);
        }
    }

    @Test
    void aPlaceHasOnePageAndEightVictims() {
        fillColumn(0, 1 + Tlb.VICTIMS);
        for (int i = 0; i <= Tlb.VICTIMS; i++) {
            assertThat(tlb.hits((long) i * SIZE, false)).as("page %d", i).isTrue();
        }
        tlb.fill((1L + Tlb.VICTIMS) * SIZE, true);
        int kept = 0;
        for (int i = 0; i <= 1 + Tlb.VICTIMS; i++) {
            kept += tlb.hits((long) i * SIZE, false) ? 1 : 0;
        }
        assertThat(kept).isEqualTo(1 + Tlb.VICTIMS);
    }

    @Test
    void aFoundVictimStaysLongerThanThoseDisplacedWithIt() {
        fillColumn(0, Tlb.VICTIMS);
        assertThat(tlb.hits(0, false)).isTrue();
        fillColumn(Tlb.VICTIMS, Tlb.VICTIMS * 2 - 1);
        assertThat(tlb.hits(0, false)).isTrue();
        assertThat(tlb.hits(SIZE, false)).isFalse();
    }

    @Test
    void pagesOfOtherPlacesAreKept() {
        fillColumn(0, 40);
        tlb.fill(3, false);
        fillColumn(40, 80);
        assertThat(tlb.hits(3, false)).isTrue();
    }

    @Test
    void theFirstWriteToACleanPageWalks() {
        tlb.fill(5, false);
        assertThat(tlb.hits(5, false)).isTrue();
        assertThat(tlb.hits(5, true)).isFalse();
        tlb.fill(5, true);
        assertThat(tlb.hits(5, true)).isTrue();
        fillColumn(0, 3);
        tlb.fill(5 + SIZE, true);
        assertThat(tlb.hits(5, false)).as("one victim, not the clean one too").isTrue();
    }

    @Test
    void aFlushForgetsThePageWhereverItIs() {
        tlb.fill(0, true);
        tlb.fill(1, true);
        tlb.fill(SIZE, true);
        tlb.flush(0);
        tlb.flush(1);
        assertThat(tlb.hits(0, false)).isFalse();
        assertThat(tlb.hits(1, false)).isFalse();
        assertThat(tlb.hits(SIZE, false)).isTrue();
        tlb.flush();
        assertThat(tlb.hits(SIZE, false)).isFalse();
    }

    @Test
    void aFlushedPlaceHasNoVictim() {
        tlb.fill(0, true);
        tlb.flush(0);
        tlb.fill(SIZE, true);
        assertThat(tlb.hits(0, false)).isFalse();
        assertThat(tlb.hits(SIZE, false)).isTrue();
    }

    @Test
    void theSizeIsAPowerOfTwo() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Tlb(100));
    }
}
