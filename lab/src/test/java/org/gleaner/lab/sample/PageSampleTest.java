package org.gleaner.lab.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.format.Level;
import org.junit.jupiter.api.Test;

final class PageSampleTest {

    private static final int PAGES = 20_000;

    private final Trace trace = trace(PAGES);

    /// Each page three times, every second access a write.
    private static Trace trace(int pages) {
        int[] words = IntStream.range(0, 3 * pages).map(i -> i % pages | (i & 1) << 31).toArray();
        return new HeldTrace("t", Level.MEMORY, words, pages, pages);
    }

    @Test
    void aSampleHasAllAccessesToItsPagesInOrder() {
        Trace sample = PageSample.of(trace, new Scale(1, 16), 1).trace();
        int[] taken = pages(sample).distinct().toArray();
        assertThat(sample.distinctPages()).isEqualTo(taken.length).isBetween(1100, 1400);
        assertThat(sample.regionPages()).isEqualTo(PAGES);
        int[] expected =
                Arrays.stream(trace.accesses())
                        .filter(word -> Arrays.binarySearch(taken, Trace.page(word)) >= 0)
                        .toArray();
        assertThat(sample.accesses()).isEqualTo(expected);
    }

    @Test
    void groupsShareNoPageAndAreTheWholeSample() {
        PageSample sample = PageSample.of(trace, new Scale(1, 16), 1);
        assertThat(sample.groups()).hasSize(8);
        int[] all = sample.groups().stream().flatMapToInt(each -> pages(each).distinct()).toArray();
        assertThat(all).doesNotHaveDuplicates().hasSize(sample.trace().distinctPages());
        for (Trace group : sample.groups()) {
            assertThat(group.distinctPages()).isBetween(100, 220);
        }
        double shares = sample.groups().stream().mapToDouble(sample::share).sum();
        assertThat(shares).isCloseTo(sample.share(), org.assertj.core.data.Offset.offset(1e-12));
    }

    @Test
    void theSeedChoosesThePages() {
        Scale rate = new Scale(1, 32);
        int[] one = pages(PageSample.of(trace, rate, 1).trace()).toArray();
        assertThat(pages(PageSample.of(trace, rate, 1).trace())).containsExactly(box(one));
        assertThat(pages(PageSample.of(trace, rate, 2).trace()).toArray()).isNotEqualTo(one);
    }

    @Test
    void aFullSampleIsTheTrace() {
        PageSample all = PageSample.of(trace, Scale.FULL, 5);
        assertThat(all.trace().accesses()).isEqualTo(trace.accesses());
        assertThat(all.share()).isEqualTo(1);
        assertThat(all.shrunk(1234, all.trace())).isEqualTo(1234);
    }

    @Test
    void tooFewPagesSayNothing() {
        assertThatThrownBy(() -> PageSample.of(trace(2000), new Scale(1, 1024), 1))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("too few to say anything")
                .hasMessageContaining("give 1/15 or more");
    }

    @Test
    void aBandIsChanceAndSmallnessAndWhatMayBeUnseen() {
        List<Double> groups = List.of(90.0, 110.0, 90.0, 110.0);
        double chance = 5.841 * Math.sqrt(400 / 3.0 / 4);
        assertThat(Interval.of(100, groups, 0.5, 0, 1000))
                .isEqualTo(
                        new Interval(
                                100,
                                (long) Math.floor(100 - chance - 6),
                                (long) Math.ceil(100 + chance + 6)));
        Interval shifted = Interval.of(130, groups, 0.5, 0, 1000);
        assertThat(shifted.low()).isEqualTo((long) Math.floor(130 - chance - 36));
        assertThat(Interval.of(100, groups, 0.5, 99, 101)).isEqualTo(new Interval(100, 99, 101));
        assertThat(Interval.of(100, List.of(1.0), 0.5, 7, 900))
                .isEqualTo(new Interval(100, 7, 900));
    }

    private static IntStream pages(Trace trace) {
        return Arrays.stream(trace.accesses()).map(Trace::page);
    }

    private static Integer[] box(int[] pages) {
        return Arrays.stream(pages).boxed().toArray(Integer[]::new);
    }
}
