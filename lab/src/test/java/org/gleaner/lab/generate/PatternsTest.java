package org.gleaner.lab.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.trace.format.AccessSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class PatternsTest {

    /// What a pattern made.
    private static final class Made implements AccessSink {
        final List<Long> pages = new ArrayList<>();
        final List<Boolean> writes = new ArrayList<>();
        final List<Integer> spaces = new ArrayList<>();
        private int space;

        @Override
        public void access(long page, boolean write) {
            pages.add(page);
            writes.add(write);
            spaces.add(space);
        }

        @Override
        public void space(int of, String name) {
            space = of;
        }

        double writeShare() {
            return writes.stream().filter(w -> w).count() / (double) writes.size();
        }
    }

    private static Made made(String pattern, int accesses, long seed, String... settings) {
        Made made = new Made();
        Patterns.make(pattern, Arrays.asList(settings), accesses, seed, made);
        return made;
    }

    static Stream<String> names() {
        return Patterns.all().stream().map(Patterns.Listed::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void theSameSeedMakesTheSameTrace(String name) {
        Made one = made(name, 100_000, 7);
        Made again = made(name, 100_000, 7);
        Made other = made(name, 100_000, 8);
        assertThat(one.pages).hasSize(100_000).isEqualTo(again.pages).allMatch(page -> page >= 0);
        assertThat(one.writes).isEqualTo(again.writes);
        assertThat(one.pages.equals(other.pages) && one.writes.equals(other.writes)).isFalse();
    }

    /// Across machines and releases: these are the figures of the day the patterns were written.
    @ParameterizedTest
    @CsvSource({
        "uniform, 457202174",
        "zipf, -224051003",
        "loop, -1324843590",
        "shift, -2004441640",
        "scanhot, -1732411846",
        "press, 1674553231",
        "ycsb, 1533044051",
        "chase, -712478496",
        "bootstorm, 196802140"
    })
    void aTraceNeverChanges(String name, int hash) {
        Made made = made(name, 5_000, 42);
        assertThat(made.pages.hashCode() * 31 + made.writes.hashCode()).isEqualTo(hash);
    }

    @Test
    void zipfsLawHolds() {
        int pages = 1000;
        int n = 400_000;
        long[] counts = new long[pages];
        made("zipf", n, 1, "pages=" + pages, "exponent=0.8")
                .pages
                .forEach(page -> counts[page.intValue()]++);
        Arrays.sort(counts);
        double sum = 0;
        for (int rank = 1; rank <= pages; rank++) {
            sum += Math.pow(rank, -0.8);
        }
        for (int rank : new int[] {1, 2, 10, 100}) {
            double expected = n * Math.pow(rank, -0.8) / sum;
            assertThat((double) counts[pages - rank]).isCloseTo(expected, within(expected * 0.15));
        }
    }

    @Test
    void aChaseVisitsEveryPageOnceInARound() {
        Made made = made("chase", 3000, 3, "pages=1000");
        Set<Long> round = new HashSet<>(made.pages.subList(0, 1000));
        assertThat(round).hasSize(1000);
        assertThat(made.pages.subList(1000, 2000)).isEqualTo(made.pages.subList(0, 1000));
        assertThat(made.writeShare()).isZero();
    }

    @Test
    void aLoopGoesFromEndToEnd() {
        assertThat(made("loop", 7, 1, "pages=3").pages).containsExactly(0L, 1L, 2L, 0L, 1L, 2L, 0L);
        assertThat(made("loop", 4, 1, "pages=5", "stride=2").pages).containsExactly(0L, 2L, 4L, 1L);
    }

    @Test
    void newPagesPressIn() {
        assertThat(made("press", 9, 1, "set=2", "turns=3").pages)
                .containsExactly(0L, 1L, 2L, 0L, 1L, 0L, 3L, 1L, 0L);
    }

    @Test
    void aHotSetMoves() {
        Made made = made("shift", 2000, 1, "pages=100", "hot=10", "share=1", "phase=1000");
        assertThat(made.pages.subList(0, 1000)).allMatch(page -> page < 10);
        assertThat(made.pages.subList(1000, 2000)).allMatch(page -> page >= 10 && page < 20);
    }

    @Test
    void aScanPassesByAHotSet() {
        Made made = made("scanhot", 10_000, 1, "hot=10", "scan=50", "share=0.25");
        List<Long> scanned = made.pages.stream().filter(page -> page >= 10).toList();
        assertThat(scanned.size()).isBetween(2300, 2700);
        for (int i = 0; i < scanned.size(); i++) {
            assertThat(scanned.get(i)).isEqualTo(10 + i % 50);
        }
    }

    @Test
    void guestsBootInSpacesOfTheirOwn() {
        Made made =
                made("bootstorm", 64 * 30, 1, "guests=3", "image=64", "cleared=64", "starting=64");
        assertThat(new HashSet<>(made.spaces)).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(made.pages.subList(0, 64)).first().isEqualTo(0L);
        assertThat(made.pages.subList(64 * 3, 64 * 4)).first().isEqualTo(64L);
        assertThat(made.writes.subList(0, 64 * 6)).doesNotContain(false);
    }

    @Test
    void aStoreGoesDownItsIndex() {
        Made made = made("ycsb", 4_000, 1, "records=1000", "record=4096", "update=1");
        for (int i = 0; i + 4 <= made.pages.size(); i += 4) {
            assertThat(made.pages.get(i)).isZero();
            assertThat(made.pages.get(i + 1)).isEqualTo(1);
            assertThat(made.writes.get(i + 3)).isTrue();
        }
        assertThat(new HashSet<>(made.pages).size()).isGreaterThan(300);
    }

    @ParameterizedTest
    @CsvSource({
        "nothing, pages=1, there is no pattern of that name",
        "zipf, page=1, did you mean",
        "zipf, pages, is no NAME=VALUE",
        "zipf, pages=0, give a whole number from 1 to 1073741824",
        "zipf, pages=1.5, is out of range",
        "zipf, writes=2, give a number from 0 to 1",
        "zipf, writes=NaN, is out of range"
    })
    void whatCannotBeIsRefused(String pattern, String setting, String message) {
        assertThatThrownBy(() -> made(pattern, 1, 1, setting))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message);
    }
}
