package org.gleaner.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CapacitySearchTest {

    private static final int MOST = 60;

    /// A host of which it is known what holds.
    private static final class Known implements CapacitySearch.Probes {
        private final BitSet first;
        private final BitSet all;
        private final TreeSet<Integer> triedFirst = new TreeSet<>();
        private final TreeSet<Integer> triedAll = new TreeSet<>();

        Known(BitSet first, BitSet all) {
            this.first = first;
            this.all = all;
        }

        static Known upTo(int fits) {
            BitSet set = new BitSet();
            set.set(0, fits + 1);
            return new Known(set, set);
        }

        @Override
        public void tryFirst(List<Integer> counts) {
            assertThat(counts).allMatch(each -> each >= 1 && each <= MOST);
            triedFirst.addAll(counts);
        }

        @Override
        public void tryAll(List<Integer> counts) {
            assertThat(counts).allMatch(each -> each >= 1 && each <= MOST);
            triedAll.addAll(counts);
        }

        @Override
        public boolean holdsFirst(int vms) {
            assertThat(vms == 0 || triedFirst.contains(vms)).isTrue();
            return vms == 0 || first.get(vms);
        }

        @Override
        public boolean holds(int vms) {
            assertThat(vms == 0 || triedAll.contains(vms)).isTrue();
            return vms == 0 || all.get(vms);
        }
    }

    @Test
    void aCliffIsFoundWhereverItIs() {
        for (int fits = 0; fits <= MOST; fits++) {
            for (int guess : new int[] {1, 2, 7, MOST}) {
                Known known = Known.upTo(fits);
                assertThat(new CapacitySearch(known, MOST).find(guess)).isEqualTo(fits);
                assertThat(known.triedFirst.size()).isLessThanOrEqualTo(20);
                assertThat(known.triedAll.size()).isLessThanOrEqualTo(2);
                Known near = Known.upTo(fits);
                assertThat(new CapacitySearch(near, MOST).findNear(guess)).isEqualTo(fits);
            }
        }
    }

    /// Whatever holds and breaks: what is found holds, one more does not, both tried with every
    /// seed; and it comes to an end.
    @Test
    void whatIsClaimedWasTried() {
        Random random = new Random(3);
        for (int round = 0; round < 2000; round++) {
            BitSet first = new BitSet();
            BitSet all = new BitSet();
            for (int vms = 1; vms <= MOST; vms++) {
                first.set(vms, random.nextInt(MOST) > vms);
                all.set(vms, first.get(vms) && random.nextInt(4) > 0);
            }
            Known known = new Known(first, all);
            CapacitySearch capacity = new CapacitySearch(known, MOST);
            int fits =
                    round % 2 == 0
                            ? capacity.find(1 + random.nextInt(MOST))
                            : capacity.findNear(random.nextInt(MOST));
            claim(known, fits);
            List<Integer> more =
                    IntStream.rangeClosed(1, MOST).filter(i -> i % 3 == 0).boxed().toList();
            known.tryAll(more);
            int below = capacity.settleBelow(fits, more);
            claim(known, below);
            assertThat(below).isLessThanOrEqualTo(fits);
            int answer = below;
            assertThat(known.triedAll.headSet(answer, true)).allMatch(known::holds);
            assertThat(capacity.alsoHold(answer))
                    .isEqualTo(
                            known.triedAll.stream()
                                    .filter(i -> i > answer + 1 && all.get(i))
                                    .toList());
        }
    }

    private static void claim(Known known, int fits) {
        assertThat(known.holds(fits)).isTrue();
        assertThat(fits == MOST || !known.holds(fits + 1)).isTrue();
    }
}
