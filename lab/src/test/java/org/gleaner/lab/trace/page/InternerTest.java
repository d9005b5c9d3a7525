package org.gleaner.lab.trace.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class InternerTest {

    private static final int BLOCK = 512;

    /// Against a hash map of pages in spaces, through many doublings.
    @Test
    void idsAreThoseOfANaiveMap() {
        long seed = 20261129;
        Random random = new Random(seed);
        Interner interner = new Interner();
        Map<List<Long>, Integer> naive = new HashMap<>();
        long space = 0;
        for (int i = 0; i < 200_000; i++) {
            if (i > 1000 && random.nextInt(50) == 0) {
                space = random.nextInt(5);
                interner.enter((int) space);
            }
            long page = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(3000);
            int expected = naive.computeIfAbsent(List.of(space, page), _ -> naive.size());

            assertThat(interner.id(page)).as("access %d, seed %d", i, seed).isEqualTo(expected);
            assertThat(interner.page(expected)).isEqualTo(page);
            assertThat(interner.space(expected)).isEqualTo((int) space);
        }
        assertThat(interner.size()).isEqualTo(naive.size());
    }

    @Test
    void aPageCostsNoMoreThanTheHouseAllows() {
        Interner interner = new Interner();
        for (long page = 0; page < 1_000_000; page++) {
            interner.id(page * 1000);
        }
        assertThat(interner.bytes()).isLessThan(64L * 1_000_000);
    }

    @Test
    void lowPageNumbersStayWhatTheyAre() {
        assertThat(places(true, (1 << 24) - 1, 5)).containsExactly((1 << 24) - 1, 5);
    }

    @Test
    void theHighestPageNumberThereIsNeedsNoHugeRegion() {
        assertThat(places(true, -1, 0, -BLOCK)).containsExactly(1023, 0, 512);
    }

    @Test
    void keysLieInTheOrderOfTheirFirstAccess() {
        assertThat(places(false, 1L << 60, 7, -1)).containsExactly(0, 1, 2);
    }

    @Test
    void spacesLieBehindEachOther() {
        Interner pages = new Interner();
        pages.id(7);
        pages.enter(1);
        pages.id(3);
        pages.id(7);
        pages.enter(0);
        pages.id(5000);

        assertThat(Placement.of(pages, true))
                .containsExactly(7, 2 * BLOCK + 3, 2 * BLOCK + 7, BLOCK + 5000 % BLOCK);
    }

    /// Against a sorted map of blocks, on pages all over the range.
    @Test
    void closingGapsKeepsOrderAndPlaceInTheBlock() {
        long seed = 20230217;
        Random random = new Random(seed);
        long[] blocks = random.longs(200, 0, 1L << 52).toArray();
        Interner pages = new Interner();
        for (int i = 0; i < 20_000; i++) {
            pages.id(blocks[random.nextInt(blocks.length)] * BLOCK + random.nextInt(BLOCK));
        }
        TreeMap<Long, Integer> order = new TreeMap<>();
        for (int id = 0; id < pages.size(); id++) {
            order.put(pages.page(id) / BLOCK, 0);
        }
        int next = 0;
        for (var entry : order.entrySet()) {
            entry.setValue(next++);
        }
        int[] expected = new int[pages.size()];
        for (int id = 0; id < expected.length; id++) {
            long page = pages.page(id);
            expected[id] = order.get(page / BLOCK) * BLOCK + (int) (page % BLOCK);
        }

        assertThat(Placement.of(pages, true)).as("seed %d", seed).isEqualTo(expected);
    }

    private static int[] places(boolean haveNeighbours, long... pages) {
        Interner interner = new Interner();
        for (long page : pages) {
            interner.id(page);
        }
        return Placement.of(interner, haveNeighbours);
    }
}
