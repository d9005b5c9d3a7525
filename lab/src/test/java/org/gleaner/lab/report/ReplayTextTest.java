package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Seeded;
import org.junit.jupiter.api.Test;

final class ReplayTextTest {

    private static final String COMMON =
            """
            trace sqlite, accesses 7,229,958, distinct pages 8,873, lru mglru 0x7,
            through host, backing anon, swap zram, page-cluster 3, engine virtual, seed 1
            """;

    @Test
    void aReplayHasItsOwnTimeBesideItsFaults() {
        assertThat(text(1.5, false, Samples.replay("sqlite")))
                .isEqualTo(
                        """
                        complete: 1 of 1 replay
                        trace sqlite, accesses 7,229,958, distinct pages 8,873,
                        memory pages 4,436 (50%), kernel 6.12, lru mglru 0x7, through host,
                        backing anon, swap zram, page-cluster 3, engine virtual, seed 1

                                    sqlite
                        task s        1.25
                        pgmajfault   5,000
                        pswpin       5,000
                        pswpout          0

                        simulated in 1.50 s, 4.82 M accesses/s; all counters with --verbose or --json
                        """);
    }

    @Test
    void whatDiffersHeadsTheColumnsAndWhatIsCommonIsSaidOnce() {
        assertThat(
                        text(
                                1.5,
                                false,
                                replay(7098, Kernel.V6_12, 1000),
                                replay(3549, Kernel.V6_12, 3000),
                                replay(3549, Kernel.V6_18, 2500)))
                .isEqualTo(
                        "complete: 3 of 3 replays\n"
                                + COMMON
                                + """

                                memory pages  7,098 (80%)  3,549 (40%)  3,549 (40%)
                                kernel               6.12         6.12         6.18
                                task s              0.250        0.750        0.625
                                  / first               1         3.00         2.50
                                pgmajfault          1,000        3,000        2,500
                                  / first               1         3.00         2.50
                                pswpin              1,000        3,000        2,500
                                  / first               1         3.00         2.50
                                pswpout                 0            0            0
                                  / first               1            -            -

                                simulated in 1.50 s, 14.5 M accesses/s; all counters with --verbose or --json
                                """);
    }

    @Test
    void manyReplaysStandBelowEachOther() {
        List<ReplayResult> many = new ArrayList<>();
        for (int percent = 90; percent > 0; percent -= 10) {
            many.add(replay(8873L * percent / 100, Kernel.V6_12, 10_000 / percent));
        }
        String text = text(1, false, many.toArray(ReplayResult[]::new));

        assertThat(text)
                .contains("memory pages  task s  / first  pgmajfault  / first")
                .contains("\n7,985 (90%)   0.0278        1         111        1");
        assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void eachTraceIsItsOwnMeasure() {
        assertThat(text(1, false, Samples.replay("sqlite"), Samples.replay("cc1")))
                .contains("trace       sqlite    cc1\n")
                .doesNotContain("/ first");
    }

    @Test
    void allCountersAreForThoseWhoAsk() {
        assertThat(text(1, true, Samples.replay("sqlite")))
                .contains("thp never")
                .contains("allocstall")
                .contains("simulated in 1.00 s, 7.23 M accesses/s\n")
                .doesNotContain("--verbose");
        assertThat(text(1, false, Samples.replay("sqlite"))).doesNotContain("allocstall");
    }

    @Test
    void ofSeveralSeedsTheMedianIsToldWithItsRange() {
        Seeded<ReplayResult> wide = seeds("a", 7098, 1000, 1010, 1020);
        Seeded<ReplayResult> narrow = seeds("b", 3549, 2000, 2000, 2000);
        assertThat(
                        ReplayText.of(
                                Samples.comparison(List.of(wide, narrow), false, null, 1),
                                false,
                                StandardCharsets.UTF_8))
                .contains("seeds 1 to 3\n")
                .contains("pgmajfault       1,010 (1,000-1,020)                2,000\n")
                .contains("task s        0.2525 (0.2500-0.2550)                0.500\n");
    }

    @Test
    void realThreadsHaveNoRatios() {
        ReplayResult first = Samples.replay("a", 7098, Kernel.V6_12, EngineChoice.THREADS, 1, 1000);
        ReplayResult second =
                Samples.replay("a", 3549, Kernel.V6_12, EngineChoice.THREADS, 1, 2000);
        assertThat(text(1, false, first, second))
                .contains("engine threads")
                .contains("pgmajfault          1,000        2,000\n")
                .contains("\nreal threads: times are this machine's own")
                .contains("\nrun in 1.00 s")
                .doesNotContain("/ first")
                .doesNotContain("task s");
    }

    private static ReplayResult replay(long memory, Kernel kernel, long faults) {
        return Samples.replay("sqlite", memory, kernel, EngineChoice.VIRTUAL, 1, faults);
    }

    private static Seeded<ReplayResult> seeds(String name, long memory, long... faults) {
        List<ReplayResult> bySeed = new ArrayList<>();
        List<Long> seeds = new ArrayList<>();
        for (int i = 0; i < faults.length; i++) {
            seeds.add(i + 1L);
            bySeed.add(
                    Samples.replay(
                            "sqlite",
                            memory,
                            Kernel.V6_12,
                            EngineChoice.VIRTUAL,
                            i + 1,
                            faults[i]));
        }
        return new Seeded<>(name, faults.length, seeds, bySeed);
    }

    private static String text(double seconds, boolean verbose, ReplayResult... replays) {
        List<Seeded<ReplayResult>> all = new ArrayList<>();
        for (ReplayResult each : replays) {
            all.add(new Seeded<>(each.trace(), 1, List.of(1L), List.of(each)));
        }
        return ReplayText.of(
                Samples.comparison(all, false, null, seconds), verbose, StandardCharsets.UTF_8);
    }
}
