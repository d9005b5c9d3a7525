package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.run.Factor;
import org.gleaner.lab.run.ReplayComparison;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Seeded;
import org.gleaner.lab.sample.Interval;
import org.junit.jupiter.api.Test;

/// Curves and differences as they are told.
final class CurveTextTest {

    @Test
    void aCurveIsALineOfBarsAndATable() {
        assertThat(curve(StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        complete: 3 of 3 replays
                        trace sqlite, accesses 7,229,958, distinct pages 8,873, kernel 6.12,
                        lru mglru 0x7, through host, backing anon, swap zram, page-cluster 3,
                        engine virtual, seed 1

                        pgmajfault from 8873p to 887p of memory; a full bar is 8,000
                        sqlite  ▁▂█

                        memory pages  pgmajfault  refaults  task s  stall s  lru misses
                        8,873 (100%)           0         0   0.000    0.500       8,873
                        4,436 (50%)        1,001         0   0.250    0.500       9,874
                        887 (10%)          8,000         0    2.00    0.500      16,873
                        9 pages of the limit are the kernel's and the process's own: sqlite fits 8882p
                        misses are exact; they count first touches, which are no major faults

                        simulated in 1.00 s, 21.7 M accesses/s; all counters with --verbose or --json
                        """);
        assertThat(curve(StandardCharsets.US_ASCII)).contains("\nsqlite  _.#\n");
    }

    private static String curve(Charset charset) {
        List<Seeded<ReplayResult>> points = new ArrayList<>();
        long[] memory = {8873, 4436, 887};
        long[] faults = {0, 1001, 8000};
        for (int i = 0; i < memory.length; i++) {
            long misses = 8873 + faults[i];
            Map<String, Interval> lru = Map.of("lru", new Interval(misses, misses, misses));
            points.add(seeded(replay(memory[i], Kernel.V6_12, faults[i]).with(lru, 0.5)));
        }
        return ReplayText.of(Samples.comparison(points, true, null, 1), false, charset);
    }

    @Test
    void barsAreEighthsOfTheLongestRoundedUp() {
        long[] values = {0, 1, 10, 11, 79, 80};
        assertThat(Sparkline.of(values, 80, StandardCharsets.UTF_8)).isEqualTo("▁▁▁▂██");
        assertThat(Sparkline.of(new long[] {0, 0}, 0, StandardCharsets.UTF_8)).isEqualTo("▁▁");
    }

    @Test
    void aDifferenceIsASentenceForEachSize() {
        ReplayComparison some =
                Samples.comparison(
                        List.of(
                                seeded(replay(4436, Kernel.V6_1, 1000)),
                                seeded(replay(4436, Kernel.V6_12, 1100)),
                                seeded(replay(4436, Kernel.V7_2, 900)),
                                seeded(replay(887, Kernel.V6_1, 0)),
                                seeded(replay(887, Kernel.V6_12, 1)),
                                seeded(replay(887, Kernel.V7_2, 0))),
                        false,
                        Factor.KERNEL,
                        1);
        assertThat(ReplayText.of(some, false, StandardCharsets.UTF_8))
                .startsWith(
                        """
                        complete: 6 of 6 replays
                        sqlite 4436p at 4,436 pages: 7.2 faults least, 900 major faults; times the
                          faults of 6.1: 1.10 (6.12), 0.900 (7.2)
                        sqlite 887p at 887 pages: 6.1 and 7.2 fault least, 0 major faults
                        """);
    }

    @Test
    void manyDifferencesAreOneSentence() {
        List<Seeded<ReplayResult>> all = new ArrayList<>();
        for (int size = 1; size <= 6; size++) {
            all.add(seeded(replay(size * 100L, Kernel.V6_1, 10)));
            all.add(seeded(replay(size * 100L, Kernel.V7_2, size == 6 ? 10 : 5 + 2 * size)));
        }
        String text =
                ReplayText.of(
                        Samples.comparison(all, true, Factor.KERNEL, 1),
                        false,
                        StandardCharsets.UTF_8);
        assertThat(text)
                .contains("6.1 faults least at 3 of 6, 7.2 faults least at 2 of 6, no one at 1\n");
    }

    private static ReplayResult replay(long memory, Kernel kernel, long faults) {
        return Samples.replay("sqlite", memory, kernel, EngineChoice.VIRTUAL, 1, faults);
    }

    private static Seeded<ReplayResult> seeded(ReplayResult replay) {
        return new Seeded<>(replay.trace(), 1, List.of(1L), List.of(replay));
    }
}
