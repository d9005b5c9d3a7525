package org.gleaner.mm;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The life of memory that is touched once, in order, under a limit of 8,192 pages: what three real
/// kernels were seen to do.
///
/// The observed kernel had 4 pages charged for itself and 8,189 pages on its lists, of which one
/// was not the traced program's: its own first reclaim came at page index 8,188. Here all pages are
/// the program's, so the same number on the lists is reached one page later.
final class FirstReclaimTest {
    private static final int LIMIT = 8192;
    private static final int KERNEL = 4;

    /// Pages that fit.
    private static final int FIT = LIMIT - KERNEL;

    @Test
    void theFirstReclaimFreesTheOldest64Pages() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 16_384);
            small.host().kernelMemory().chargePages(cpu, p.memcg, KERNEL);
            p.writeAll(cpu, 0, FIT);
            assertThat(p.memcg.events(MemcgEvent.MAX)).isZero();
            assertThat(p.gen().maxSeq(cpu)).isEqualTo(3);
            p.write(cpu, FIT);
            assertThat(p.memcg.events(MemcgEvent.MAX)).isOne();
            assertThat(p.gen().maxSeq(cpu)).isEqualTo(5);
            assertThat(small.stat(VmEvent.PGSTEAL_ANON)).isEqualTo(64);
            assertThat(small.stat(VmEvent.PGSCAN)).isEqualTo(64);
            assertThat(small.stat(VmEvent.PGREFILL)).isZero();
            assertThat(small.stat(VmEvent.PGACTIVATE)).isZero();
            for (int page = 0; page <= FIT; page++) {
                assertThat(p.isSwapped(page)).as("page %d", page).isEqualTo(page < 64);
            }
            assertThat(p.linked(3)).isEqualTo(FIT - 64);
            assertThat(p.labelled(3)).isEqualTo(FIT - 64);
            assertThat(p.gen().minSeq(cpu, 0)).isEqualTo(3);
        });
    }

    @Test
    void thenReclaimIsFirstInFirstOutBy64WithoutAging() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 16_384);
            small.host().kernelMemory().chargePages(cpu, p.memcg, KERNEL);
            p.writeAll(cpu, 0, FIT);
            long freed = 0;
            for (int page = FIT; page < FIT + 2_312; page++) {
                p.write(cpu, page);
                long now = small.stat(VmEvent.PGSTEAL);
                assertThat(now - freed).isIn(0L, 64L);
                freed = now;
                assertThat(p.isSwapped(freed - 1)).isTrue();
                assertThat(p.isResident(freed)).isTrue();
            }
            assertThat(p.memcg.events(MemcgEvent.MAX)).isEqualTo(37);
            assertThat(freed).isEqualTo(37 * 64);
            assertThat(p.gen().maxSeq(cpu)).isEqualTo(5);
            assertThat(p.labelled(3)).isEqualTo(FIT - 37 * 64);
            assertThat(p.labelled(5) + 31).isGreaterThanOrEqualTo(2_312);
            assertThat(small.stat(VmEvent.PGREFILL)).isZero();
        });
    }

    /// All pages look young once. Priorities 12 to 1 rotate some of them; priority 0 rotates the
    /// rest, in batches of 32, until it meets those again, which are idle now. A batch that is half
    /// one and half the other falls short of the goal, so another follows it.
    @ParameterizedTest
    @ValueSource(ints = {2_048, 4_096, 5_000, 8_192})
    void theClassicListsFreeTheOldestAfterOneFullRotation(int limit) {
        SmallHost small = SmallHost.virtual().classic();
        small.run(cpu -> {
            Process p = small.process(cpu, limit, 16_384);
            p.writeAll(cpu, 0, limit);
            p.memcg.lruvec().flushStats(cpu);
            p.write(cpu, limit);
            int mixed = 32 - (limit - rotatedBeforePriorityZero(limit)) % 32;
            int freed = mixed == 32 ? 32 : mixed + 32;
            assertThat(p.memcg.events(MemcgEvent.MAX)).isOne();
            assertThat(small.stat(VmEvent.PGSTEAL)).isEqualTo(freed);
            assertThat(small.stat(VmEvent.PGSCAN)).isEqualTo(limit + freed);
            for (int page = 0; page < limit; page++) {
                assertThat(p.isSwapped(page)).as("page %d", page).isEqualTo(page < freed);
            }
        });
    }

    /// The scan arithmetic, worked by hand: only an inactive anonymous list, swappiness 60, and a
    /// cost that grows by each page rotated and is halved above a quarter of the list.
    private static int rotatedBeforePriorityZero(int size) {
        long cost = 0;
        int rotated = 0;
        for (int priority = 12; priority >= 1; priority--) {
            long anonCost = 2 * cost;
            long fileCost = cost;
            long total = anonCost + fileCost;
            long anon = 60 * (total + 1) / (anonCost + 1);
            long file = 140 * (total + 1) / (fileCost + 1);
            long toScan = (size >> priority) * anon / (anon + file);
            while (toScan > 0) {
                long batch = Math.min(32, toScan);
                toScan -= batch;
                rotated += (int) batch;
                cost += batch;
                cost = cost > size / 4 ? cost / 2 : cost;
            }
        }
        return rotated;
    }
}
