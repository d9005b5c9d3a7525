package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.gpt.PageTraceKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FoldedTraceTest {
    private static final int WRITE = 1 << 31;

    private static Trace trace(int length, int pages) {
        SplittableRandom random = new SplittableRandom(7);
        int[] words =
                IntStream.generate(() -> random.nextInt(pages) | random.nextInt() & WRITE)
                        .limit(length)
                        .toArray();
        int[] touched = Arrays.stream(words).map(Trace::page).distinct().toArray();
        int region = Arrays.stream(touched).max().orElseThrow() + 1;
        return new HeldTrace("random", Level.MEMORY, words, touched.length, region);
    }

    @ParameterizedTest
    @CsvSource({"16384, 2, 1000", "65536, 4, 1000", "16384, 2, 200000", "65536, 4, 200000"})
    void neighboursBecomeOnePageAndWritesStayWrites(int bytes, int order, int length) {
        Trace trace = trace(length, 3000);
        Trace folded = trace.inPagesOf(bytes);
        int[] expected =
                Arrays.stream(trace.accesses())
                        .map(word -> word & WRITE | Trace.page(word) >>> order)
                        .toArray();
        assertThat(folded.accesses()).isEqualTo(expected);
        assertThat(read(folded)).isEqualTo(expected);
        assertThat(folded.distinctPages())
                .isEqualTo(Arrays.stream(expected).map(Trace::page).distinct().count());
        assertThat(folded.regionPages()).isEqualTo((trace.regionPages() - 1 >>> order) + 1);
        assertThat(folded.recordedPages()).isEqualTo(trace.distinctPages());
        assertThat(folded.recordedPageBytes()).isEqualTo(4096);
        assertThat(folded.pageBytes()).isEqualTo(bytes);
        assertThat(trace.accesses()).isNotEqualTo(expected);
    }

    /// By chunks, each but the last of a multiple of 512.
    private static int[] read(Trace trace) {
        int[] all = new int[(int) trace.length()];
        int at = 0;
        try (Trace.Chunks chunks = trace.chunks()) {
            while (chunks.next()) {
                assertThat(at % 512).isZero();
                System.arraycopy(chunks.words(), 0, all, at, chunks.count());
                at += chunks.count();
            }
        }
        assertThat(at).isEqualTo(all.length);
        return all;
    }

    @Test
    void aTraceIsTakenAsItIsWhereItsPagesAreTheHosts() {
        Trace trace = trace(100, 50);
        assertThat(trace.inPagesOf(4096)).isSameAs(trace);
        trace.told(Map.of(PageTraceKeys.PAGE_SIZE, "16384"));
        assertThat(trace.inPagesOf(16_384)).isSameAs(trace);
        assertThat(trace.inPagesOf(65_536).recordedPageBytes()).isEqualTo(16_384);
        assertThatThrownBy(() -> trace.inPagesOf(4096))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("counts in pages of 16KiB")
                .hasMessageContaining("--page-size 16KiB");
    }

    @Test
    void theLeastLimitThatCanBeJudgedIsFoldedToo() {
        Trace trace = trace(100, 50);
        trace.told(Map.of(PageTraceKeys.LEAST_PAGES, "33"));
        assertThat(trace.inPagesOf(16_384).leastPages()).isEqualTo(9);
    }
}
