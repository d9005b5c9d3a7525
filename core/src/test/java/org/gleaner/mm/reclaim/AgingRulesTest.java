package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When a generation is opened, when one is dropped, and what may be evicted in between (6.12).
final class AgingRulesTest {
    private static final int PAGES = 8_000;

    private final SmallHost small = SmallHost.virtual();

    private Process full(Cpu cpu) {
        Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
        p.writeAll(cpu, 0, PAGES);
        small.host().lru().drain(cpu);
        return p;
    }

    private void sequence(Cpu cpu, Process p, long min, long max) {
        assertThat(p.gen().minSeq(cpu, LruGen.ANON)).as("oldest").isEqualTo(min);
        assertThat(p.gen().maxSeq(cpu)).as("youngest").isEqualTo(max);
    }

    @Test
    void aFreshCgroupAgesTwiceBeforeAnythingCanGo() {
        small.run(cpu -> {
            Process p = full(cpu);
            Session session = new Session(small, p);
            sequence(cpu, p, 0, 3);
            assertThat(p.linked(3)).isEqualTo(PAGES);
            // empty generations are dropped down to two, and then nothing may go
            assertThat(session.pass(cpu, 12)).isFalse();
            sequence(cpu, p, 2, 3);
            assertThat(session.pass(cpu, 12)).isFalse();
            sequence(cpu, p, 2, 3);
            assertThat(session.pass(cpu, 11)).isTrue();
            sequence(cpu, p, 2, 4);
            for (int page = 0; page < PAGES; page++) {
                assertThat(p.isYoung(page)).isFalse();
            }
            p.readAll(cpu, 100, 200);
            p.mm.markUsed(cpu);
            assertThat(session.pass(cpu, 10)).isTrue();
            sequence(cpu, p, 2, 5);
            assertThat(p.labelled(3)).isEqualTo(PAGES - 100);
            assertThat(p.labelled(4)).isEqualTo(100);
            assertThat(p.linked(3)).isEqualTo(PAGES);
            assertThat(small.stat(VmEvent.PGSCAN)).isZero();
            // what was touched is sorted away when the scan meets it
            assertThat(session.pass(cpu, 9)).isFalse();
            sequence(cpu, p, 3, 5);
            assertThat(small.stat(VmEvent.PGSTEAL)).isEqualTo(64);
            assertThat(small.stat(VmEvent.PGREFILL)).isZero();
            assertThat(session.pass(cpu, 12)).isFalse();
            assertThat(small.stat(VmEvent.PGSTEAL)).isEqualTo(128);
            assertThat(small.stat(VmEvent.PGREFILL)).isEqualTo(100);
            assertThat(p.linked(4)).isEqualTo(100);
            assertThat(p.isSwapped(63)).isTrue();
            assertThat(p.isResident(100)).isTrue();
            assertThat(p.isSwapped(200 + 27)).isTrue();
            assertThat(p.isResident(200 + 28)).isTrue();
        });
    }

    /// 6.1 ages on the way: of 460 traced passes that aged, all went on to evict, whether or not
    /// the walk had found, or visited, anything. And it takes no more than it came for: with half
    /// the cgroup to scan, 64 pages were the end of a pass.
    @ParameterizedTest
    @CsvSource({"6.1, 64, 64", "6.12, 0, 4032"})
    void whatFollowsAnAgingInItsPassAndWhenThePassEnds(String kernel, long next, long most) {
        SmallHost host = SmallHost.virtual().kernel(KernelVersion.forName(kernel));
        host.run(cpu -> {
            Process p = host.process(cpu, Memcg.UNLIMITED, PAGES);
            p.writeAll(cpu, 0, PAGES);
            host.host().lru().drain(cpu);
            Session session = new Session(host, p);
            session.pass(cpu, 12);
            session.pass(cpu, 11);
            assertThat(p.gen().maxSeq(cpu)).isEqualTo(4);
            session.pass(cpu, 10);
            assertThat(p.gen().maxSeq(cpu)).isEqualTo(5);
            assertThat(host.stat(VmEvent.PGSTEAL)).isEqualTo(next);
            new Session(host, p).pass(cpu, 0);
            assertThat(host.stat(VmEvent.PGSTEAL)).isEqualTo(next + most);
        });
    }

    /// Three generations: the youngest and the third are counted. More than half of all pages
    /// young, or less than a quarter old, calls for aging.
    @ParameterizedTest
    @CsvSource({
        "0, 800, 200, false",
        "500, 500, 0, false",
        "251, 500, 249, false",
        "250, 500, 250, false",
        "600, 400, 0, true",
        "300, 200, 501, true",
        "500, 249, 251, true"
    })
    void threeGenerationsAreAgedByProportion(int young, int old, int middle, boolean expected) {
        small.run(cpu -> {
            int all = young + old + middle;
            Process p = small.process(cpu, Memcg.UNLIMITED, all);
            p.writeAll(cpu, 0, all);
            small.host().lru().drain(cpu);
            small.host().reclaim().age(cpu, p.memcg);
            p.readAll(cpu, old, all);
            small.host().reclaim().age(cpu, p.memcg);
            p.readAll(cpu, old + middle, all);
            p.mm.markUsed(cpu);
            // label what was just touched, without opening a generation
            for (int page = old + middle; page < all; page++) {
                int from = p.gen().updateGen(cpu, p.pfn(page), LruGen.slot(5));
                p.memcg.lruvec().lock().lock(cpu);
                p.gen().account(cpu, LruGen.ANON, from, LruGen.slot(5), 1);
                p.memcg.lruvec().lock().unlock(cpu);
            }
            Session session = new Session(small, p);
            LruGenAging.Need need = new LruGenAging.Need();
            p.memcg.lruvec().lock().lock(cpu);
            session.aging.tryToIncMinSeq(cpu, p.memcg.lruvec(), true);
            p.memcg.lruvec().lock().unlock(cpu);
            sequence(cpu, p, 3, 5);
            session.aging.assess(cpu, p.memcg.lruvec(), true, need);
            assertThat(need.total).isEqualTo(all);
            assertThat(need.aging).isEqualTo(expected);
        });
    }

    @Test
    void fourGenerationsAreNeverAged() {
        small.run(cpu -> {
            Process p = full(cpu);
            Session session = new Session(small, p);
            LruGenAging.Need need = new LruGenAging.Need();
            session.aging.assess(cpu, p.memcg.lruvec(), true, need);
            assertThat(need.aging).isFalse();
            assertThat(need.total).isEqualTo(PAGES);
        });
    }

    @Test
    void agingAFourthTimeRetiresTheOldestGenerationInReverseOrder() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 512);
            p.writeAll(cpu, 0, 5);
            small.host().lru().drain(cpu);
            for (long max = 4; max <= 6; max++) {
                small.host().reclaim().age(cpu, p.memcg);
            }
            sequence(cpu, p, 3, 6);
            p.read(cpu, 2);
            small.host().reclaim().age(cpu, p.memcg);
            sequence(cpu, p, 4, 7);
            assertThat(p.seq(cpu, 0)).isEqualTo(4);
            assertThat(p.seq(cpu, 2)).isEqualTo(6);
            int list = p.gen().list(LruGen.slot(4), LruGen.ANON);
            int pfn = small.host().folios().lists.tail(list);
            for (int page : new int[] {4, 3, 1, 0}) {
                assertThat(pfn).isEqualTo(p.pfn(page));
                pfn = small.host().folios().lists.newer(list, pfn);
            }
            assertThat(p.linked(6)).isOne();
        });
    }

    @Test
    void retiringAGenerationLargerThanOneHoldOfTheLockIsFinished() {
        small.run(cpu -> {
            Process p = full(cpu);
            for (long max = 4; max <= 7; max++) {
                small.host().reclaim().age(cpu, p.memcg);
            }
            sequence(cpu, p, 4, 7);
            assertThat(p.linked(3)).isZero();
            assertThat(p.linked(4)).isEqualTo(PAGES);
        });
    }

    @Test
    void withoutPageTableWalksAgingOnlyOpensGenerations() {
        small.lruGen(1);
        small.run(cpu -> {
            Process p = full(cpu);
            small.host().reclaim().age(cpu, p.memcg);
            assertThat(p.gen().maxSeq(cpu)).isEqualTo(4);
            assertThat(p.isYoung(17)).isTrue();
            assertThat(p.labelled(3)).isEqualTo(PAGES);
        });
    }
}
