package org.gleaner.lab.execute.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.policy.PolicyMisses;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.format.Level;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Replays on hosts whose pages are of each size.
final class PageSizeReplayTest {
    private static final int PAGES = 1 << 15;
    private static final int LENGTH = 60_000;

    /// Runs of neighbours, some parts more often than others.
    private static Trace trace() {
        SplittableRandom random = new SplittableRandom(11);
        int[] words = new int[LENGTH];
        for (int i = 0; i < LENGTH; ) {
            int page = (int) (PAGES * Math.pow(random.nextDouble(), 3));
            int end = Math.min(LENGTH, i + 1 + random.nextInt(8));
            for (; i < end; i++) {
                words[i] = Math.min(page++, PAGES - 1) | random.nextInt() & 1 << 31;
            }
        }
        int distinct = (int) Arrays.stream(words).map(Trace::page).distinct().count();
        int region = Arrays.stream(words).map(Trace::page).max().orElseThrow() + 1;
        return new HeldTrace("runs", Level.MEMORY, words, distinct, region);
    }

    @ParameterizedTest
    @CsvSource({
        "KIB_4, MGLRU, HOST", "KIB_16, MGLRU, HOST", "KIB_64, MGLRU, HOST",
        "KIB_4, CLASSIC, HOST", "KIB_16, CLASSIC, HOST", "KIB_64, CLASSIC, HOST",
        "KIB_4, MGLRU, KVM", "KIB_16, MGLRU, KVM", "KIB_64, MGLRU, KVM",
        "KIB_4, CLASSIC, KVM", "KIB_16, CLASSIC, KVM", "KIB_64, CLASSIC, KVM"
    })
    void noReclaimFaultsLessThanTheBestOrMoreThanPagesChange(
            PageSizeChoice size, Lru lru, Through through) {
        Trace trace = trace().inPagesOf(size.bytes());
        int limit = trace.distinctPages() / 2;
        ReplayResult result = run(trace, limit, size, lru, through, Thp.NEVER);
        long best =
                PolicyMisses.of(
                                PolicyChoice.parse("opt"),
                                trace,
                                List.of((long) limit),
                                Progress.SILENT)
                        .getFirst();
        long firsts = trace.distinctPages();
        assertThat(result.count("pgmajfault")).isBetween(best - firsts, changes(trace));
        assertThat(result.count("pgmajfault")).isEqualTo(result.count("pswpin"));
        assertThat(result.tracePages()).isEqualTo(trace().distinctPages());
        assertThat(result.distinctPages()).isEqualTo(firsts);
    }

    private static long changes(Trace trace) {
        int[] words = trace.accesses();
        long changes = 1;
        for (int i = 1; i < words.length; i++) {
            changes += Trace.page(words[i]) != Trace.page(words[i - 1]) ? 1 : 0;
        }
        return changes;
    }

    /// 32 MiB are 2,048 pages of 16 KiB, 512 MiB 8,192 of 64.
    @ParameterizedTest
    @CsvSource({"KIB_4, 512", "KIB_16, 2048", "KIB_64, 8192"})
    void aHugePageIsWhatAPageTableMaps(PageSizeChoice size, int pages) {
        int[] words = {pages - 1, pages, 3, 2 * pages - 1};
        Trace trace = new HeldTrace("few", Level.MEMORY, words, words.length, 2 * pages);
        for (Through through : Through.values()) {
            ReplayResult fits = run(trace, 2 * pages + 200, size, Lru.MGLRU, through, Thp.ALWAYS);
            assertThat(fits.count("thp_fault_alloc")).isEqualTo(2);
            assertThat(fits.count("pgfault")).isEqualTo(2);
            ReplayResult tight = run(trace, 2 * pages - 1, size, Lru.MGLRU, through, Thp.ALWAYS);
            assertThat(tight.count("thp_fault_alloc")).isEqualTo(1);
            assertThat(tight.count("thp_fault_fallback")).isPositive();
        }
    }

    private static ReplayResult run(
            Trace trace, int limit, PageSizeChoice size, Lru lru, Through through, Thp thp) {
        HostChoices host =
                HostChoices.swappingTo(ReplayRequest.ampleSwap(trace, size))
                        .withLru(lru, lru == Lru.MGLRU ? new LruGenChoice(3) : LruGenChoice.NONE)
                        .withThrough(through)
                        .withThp(thp)
                        .withArch(ArchChoice.ARM64, true)
                        .withPageSize(size);
        return ReplayRun.run(new ReplayRequest(trace, limit, host, 0), Progress.SILENT);
    }
}
