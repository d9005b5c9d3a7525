package org.gleaner.lab.trace.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Both curves and each minute's T against looking at every page at every moment.
final class ColdAgesTest {

    private static final long SECOND = 1_000_000_000;

    private record Access(int page, long nanos) {}

    private static List<Access> trace(long seed, int accesses, int pages, long meanGap) {
        Random random = new Random(seed);
        List<Access> trace = new ArrayList<>();
        long now = 0;
        int known = 0;
        for (int i = 0; i < accesses; i++) {
            int page = random.nextInt(1 + random.nextInt(pages));
            page = page >= known ? known++ : page;
            trace.add(new Access(page, now));
            boolean still = random.nextInt(4) == 0;
            boolean pause = random.nextInt(200) == 0;
            now += still ? 0 : random.nextLong(2 * meanGap) * (pause ? 300 : 1);
            now = random.nextInt(8) == 0 ? now / SECOND * SECOND + SECOND : now;
            now += random.nextInt(50) == 0 ? 60 * SECOND : 0;
        }
        return trace;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 3, 100",
        "2, 200, 5, 1000",
        "3, 2000, 60, 500",
        "4, 3000, 400, 2500",
        "5, 800, 30, 20000",
        "6, 5000, 2000, 300",
        "7, 500, 4, 3000",
        "9, 2000, 6, 9000"
    })
    void allIsExact(long seed, int accesses, int pages, long meanMillis) {
        List<Access> trace = trace(seed, accesses, pages, meanMillis * 1_000_000);
        long end = trace.getLast().nanos() + seed * SECOND / 3;
        double share = seed % 2 == 0 ? 0.002 : 0.5;
        ColdAges ages = new ColdAges(share);
        trace.forEach(each -> ages.touch(each.page(), each.nanos()));
        ColdAges.Measured measured = ages.measured(end);

        assertThat(measured.accesses()).isEqualTo(accesses);
        assertThat(measured.seconds()).isEqualTo(end / 1e9);
        for (int t : new int[] {0, 1, 2, 3, 7, 59, 60, 119, 120, 121, 500, 3000, 86_399, 86_400}) {
            Naive naive = Naive.at(t, trace, end);
            assertThat(measured.coldSeconds()[t])
                    .as("seed %d T %d", seed, t)
                    .isCloseTo(naive.coldNanos / 1e9, within(1e-6));
            assertThat(measured.promotions()[t]).as("T %d", t).isEqualTo(naive.promotions);
            assertThat(measured.coldAtEnd()[t]).as("T %d", t).isEqualTo(naive.coldAtEnd);
        }
        List<Integer> minutes = minutes(trace, end, share);
        assertThat(measured.byMinute())
                .isEqualTo(
                        new PromotionMinutes.Measured(
                                minutes.size(),
                                enough(minutes, 0.5),
                                enough(minutes, 0.98),
                                enough(minutes, 1)));
    }

    /// What holds at one T, page by page.
    private static final class Naive {
        private long coldNanos;
        private long promotions;
        private long coldAtEnd;

        static Naive at(int t, List<Access> trace, long end) {
            Naive naive = new Naive();
            TreeMap<Integer, Long> last = new TreeMap<>();
            for (Access each : trace) {
                Long before = last.put(each.page(), each.nanos());
                if (before != null) {
                    naive.coldNanos += Math.max(0, each.nanos() - before - t * SECOND);
                    naive.promotions += each.nanos() - before >= t * SECOND ? 1 : 0;
                }
            }
            for (long before : last.values()) {
                naive.coldNanos += Math.max(0, end - before - t * SECOND);
                naive.coldAtEnd += end - before >= t * SECOND ? 1 : 0;
            }
            return naive;
        }
    }

    /// The least T of each whole minute, tried one after the other.
    private static List<Integer> minutes(List<Access> trace, long end, double share) {
        long[] gaps = new long[trace.size()];
        TreeMap<Integer, Long> last = new TreeMap<>();
        for (int i = 0; i < gaps.length; i++) {
            Access each = trace.get(i);
            Long before = last.put(each.page(), each.nanos());
            gaps[i] = before == null ? -1 : each.nanos() - before;
        }
        List<Integer> least = new ArrayList<>();
        for (long to = 60 * SECOND; to <= end; to += 60 * SECOND) {
            long until = to;
            long workingSet =
                    trace.stream()
                            .filter(a -> a.nanos() < until && a.nanos() >= until - 120 * SECOND)
                            .map(Access::page)
                            .distinct()
                            .count();
            int[] inIt =
                    IntStream.range(0, gaps.length)
                            .filter(i -> trace.get(i).nanos() >= until - 60 * SECOND)
                            .filter(i -> trace.get(i).nanos() < until)
                            .toArray();
            int t = 1;
            while (promotions(inIt, gaps, t) > share * workingSet && t < ColdAges.MOST) {
                t++;
            }
            least.add(t);
        }
        return least.stream().sorted().toList();
    }

    private static long promotions(int[] accesses, long[] gaps, int t) {
        return IntStream.of(accesses).filter(i -> gaps[i] >= t * SECOND).count();
    }

    private static int enough(List<Integer> sorted, double part) {
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(sorted.size() * part) - 1);
    }

    /// A loop over W pages at p accesses a second touches each page every W / p seconds: at T up to
    /// that all accesses are promotions, and beyond none.
    @Test
    void aLoopIsAStep() {
        long pages = 500;
        ColdAges ages = new ColdAges(0.002);
        for (int i = 0; i < 100 * pages; i++) {
            ages.touch((int) (i % pages), i * SECOND / 10);
        }
        ColdAges.Measured measured = ages.measured(100 * pages * SECOND / 10);
        assertThat(measured.promotions()[50]).isEqualTo(99 * pages);
        assertThat(measured.promotions()[51]).isZero();
        assertThat(measured.leastWithin(0.002)).isEqualTo(51);
        assertThat(measured.coldShare(51)).isZero();
        assertThat(measured.workingSet()).isCloseTo((double) pages, within(5.0));
        assertThat(measured.coldShare(25)).isCloseTo(0.5, within(0.01));
        assertThat(measured.promotionRate(50)).isCloseTo(600.0 / pages, within(0.02));
    }

    /// 240 pages, each touched again as it leaves the window: all are of the working set, and half
    /// of them are promoted in a minute.
    @Test
    void whatLeavesTheWindowComesBack() {
        ColdAges ages = new ColdAges(0.5);
        for (int i = 0; i < 4800; i++) {
            ages.touch(i % 240, i * SECOND / 2);
        }
        assertThat(ages.measured(2400 * SECOND).byMinute())
                .isEqualTo(new PromotionMinutes.Measured(40, 1, 1, 1));
        ColdAges stricter = new ColdAges(0.49);
        for (int i = 0; i < 4800; i++) {
            stricter.touch(i % 240, i * SECOND / 2);
        }
        assertThat(stricter.measured(2400 * SECOND).byMinute())
                .isEqualTo(new PromotionMinutes.Measured(40, 121, 121, 121));
    }

    /// One page that is touched a day and a half later, and one that is not.
    @Test
    void moreThanADayIsADayOrMore() {
        ColdAges ages = new ColdAges(0.002);
        ages.touch(0, 0);
        ages.touch(1, 0);
        ages.touch(0, 130_000 * SECOND);
        ColdAges.Measured measured = ages.measured(130_000 * SECOND);
        assertThat(measured.promotions()[86_400]).isEqualTo(1);
        assertThat(measured.coldSeconds()[0]).isEqualTo(260_000);
        assertThat(measured.coldSeconds()[86_400]).isEqualTo(2 * (130_000 - 86_400));
        assertThat(measured.coldAtEnd()[86_400]).isEqualTo(1);
    }
}
