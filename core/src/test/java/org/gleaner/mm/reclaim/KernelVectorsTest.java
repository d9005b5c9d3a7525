package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Small sequences of accesses whose outcome was read off real kernels of the versions named: a
/// limit of 8,192 pages of which the kernel takes 4, one task, zram.
final class KernelVectorsTest {
    private static final int LIMIT = 8_192;
    private static final int KERNEL = 4;

    /// The first page whose charge finds the limit reached.
    private static final int FULL = LIMIT - KERNEL;

    private static final int READ = 9_000;
    private static final int WRITTEN = 10_000;

    private SmallHost small = SmallHost.virtual();

    private Process process(Cpu cpu, int pages) {
        Process p = small.process(cpu, LIMIT, pages);
        small.host().kernelMemory().chargePages(cpu, p.memcg, KERNEL);
        return p;
    }

    private static SmallHost host(String kernel) {
        return SmallHost.virtual().kernel(KernelVersion.forName(kernel));
    }

    private long seqOf(Cpu cpu, Process p, long page) {
        small.host().lru().drain(cpu);
        long state = small.host().folios().state(cpu, p.pfn(page));
        long max = p.gen().maxSeq(cpu);
        return max - LruGen.slot(max - FolioLayout.gen(state));
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, freed, youngest generation after, pages sorted, generation of what stayed
        "6.12, 64, 5, 0, 3",
        "6.18, 46, 5, 0, 2",
        "7.2, 64, 6, 8188, 3",
    })
    void theFirstReclaim(String kernel, int freed, long max, long sorted, long oldest) {
        small = host(kernel);
        small.run(cpu -> {
            Process p = process(cpu, LIMIT * 2);
            p.writeAll(cpu, 0, FULL + 1);
            assertThat(LongStream.range(0, FULL + 1).filter(p::isSwapped).count()).isEqualTo(freed);
            assertThat(LongStream.range(0, freed).allMatch(p::isSwapped)).isTrue();
            assertThat(p.gen().maxSeq(cpu)).isEqualTo(max);
            assertThat(small.stat(VmEvent.PGREFILL)).isEqualTo(sorted);
            assertThat(small.stat(VmEvent.PGACTIVATE)).isZero();
            assertThat(p.labelled(oldest)).isEqualTo(FULL + 1 - freed - 1L);
        });
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, pages freed by each later reclaim, generation of new pages, reclaims for 2,312
        // more pages
        "6.12, 64, 5, 37",
        "6.18, 57, 4, 41",
        "7.2, 57, 5, 41",
    })
    void afterItWithoutRetouchesEveryReclaimIsTheSame(
            String kernel, int each, long seq, int reclaims) {
        small = host(kernel);
        small.run(cpu -> {
            Process p = process(cpu, LIMIT * 2);
            p.writeAll(cpu, 0, FULL + 1);
            long max = p.gen().maxSeq(cpu);
            long before = p.memcg.events(MemcgEvent.MAX);
            long freed = small.stat(VmEvent.PGSTEAL);
            int rounds = 0;
            for (long page = FULL + 1; page < FULL + 1 + 2_312; page++) {
                long events = p.memcg.events(MemcgEvent.MAX);
                p.write(cpu, page);
                if (p.memcg.events(MemcgEvent.MAX) > events) {
                    rounds++;
                    assertThat(small.stat(VmEvent.PGSTEAL) - freed).isEqualTo(each);
                    freed = small.stat(VmEvent.PGSTEAL);
                }
            }
            assertThat(rounds).isBetween(reclaims - 1, reclaims);
            assertThat(p.memcg.events(MemcgEvent.MAX) - before).isEqualTo(rounds);
            assertThat(p.gen().maxSeq(cpu)).as("no aging").isEqualTo(max);
            assertThat(LongStream.range(0, freed).allMatch(p::isSwapped)).as("in order").isTrue();
            assertThat(seqOf(cpu, p, FULL + 2_300)).isEqualTo(seq);
        });
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, generations back from the youngest: read back, written back, and how many of 600
        // reads one more
        "6.12, 0, 0, 0, 0",
        "6.18, 1, 1, 0, 0",
        "7.2, 1, 2, 18, 19",
    })
    void wherePagesReadBackArePut(
            String kernel, int readBack, int writtenBack, int fewest, int most) {
        small = host(kernel);
        small.run(cpu -> {
            Process p = process(cpu, LIMIT * 4);
            // past the pages that the first aging saw, which come back as workingset
            p.writeAll(cpu, 0, LIMIT * 3);
            p.memcg.setMax(LIMIT * 4);
            long max = p.gen().maxSeq(cpu);
            p.readAll(cpu, READ, READ + 600);
            p.writeAll(cpu, WRITTEN, WRITTEN + 500);
            small.host().lru().drain(cpu);
            long deeper =
                    LongStream.range(READ, READ + 600)
                            .filter(page -> seqOf(cpu, p, page) == max - readBack - 1)
                            .count();
            long there =
                    LongStream.range(READ, READ + 600)
                            .filter(page -> seqOf(cpu, p, page) == max - readBack)
                            .count();
            assertThat(deeper + there).isEqualTo(600);
            assertThat(deeper).isBetween((long) fewest, (long) most);
            assertThat(
                            LongStream.range(WRITTEN, WRITTEN + 500)
                                    .allMatch(page -> seqOf(cpu, p, page) == max - writtenBack))
                    .isTrue();
        });
    }

    @ParameterizedTest
    @CsvSource({
        // kernel, generations back from the youngest before the aging, promoted to the youngest of
        // then, workingset
        "6.12, 0, true, false",
        "6.18, 1, false, false",
        "7.2, 1, true, true",
    })
    void oneForcedAgingOfFreshPages(
            String kernel, int fresh, boolean promoted, boolean workingset) {
        small = host(kernel);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 2_000);
            p.writeAll(cpu, 0, 1_000);
            small.host().lru().drain(cpu);
            long max = p.gen().maxSeq(cpu);
            assertThat(small.host().reclaim().age(cpu, p.memcg)).isTrue();
            long expected = promoted ? max : max - fresh;
            long state = small.host().folios().state(cpu, p.pfn(17));
            assertThat(seqOf(cpu, p, 17)).isEqualTo(expected);
            assertThat((state & FolioLayout.WORKINGSET) != 0).isEqualTo(workingset);
            assertThat((state & FolioLayout.REFERENCED) != 0).isEqualTo(!promoted);
        });
    }

    @ParameterizedTest
    @CsvSource({"6.12, true", "6.18, false", "7.2, true"})
    void agingByForceAgainAndAgainHidesWhatIsUsedInBetweenOnlyFrom618(
            String kernel, boolean found) {
        small = host(kernel);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 2_000);
            p.writeAll(cpu, 0, 1_000);
            small.host().lru().drain(cpu);
            for (int i = 0; i < 4; i++) {
                assertThat(small.host().reclaim().age(cpu, p.memcg)).isTrue();
            }
            for (int i = 0; i < 4; i++) {
                p.readAll(cpu, 100, 400);
                long max = p.gen().maxSeq(cpu);
                assertThat(small.host().reclaim().age(cpu, p.memcg)).isTrue();
                assertThat(p.labelled(max)).isEqualTo(found ? 300 : 0);
            }
        });
    }
}
