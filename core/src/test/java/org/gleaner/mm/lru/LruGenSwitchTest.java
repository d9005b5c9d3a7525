package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Folios of one cgroup between the classic lists and generations. Each run ends with an audit.
final class LruGenSwitchTest {
    private static final int PAGES = 300;
    private static final int USED = 40;

    private static Process filled(SmallHost small, Cpu cpu, int pages) {
        Process p = small.process(cpu, Memcg.UNLIMITED, pages);
        p.writeAll(cpu, 0, pages);
        small.host().lru().drain(cpu);
        return p;
    }

    private static LruGenSwitch switcher(SmallHost small) {
        return new LruGenSwitch(small.host().folios());
    }

    private static long[] sizes(Process p) {
        Lruvec lruvec = p.memcg.lruvec();
        return new long[] {lruvec.size(LruList.INACTIVE_ANON), lruvec.size(LruList.ACTIVE_ANON)};
    }

    /// A list from its tail on, by page of the process.
    private static List<Integer> pages(SmallHost small, int list, Process p, int pages) {
        int[] pageOf = new int[small.host().folios().frames()];
        for (int page = 0; page < pages; page++) {
            pageOf[p.pfn(page)] = page;
        }
        List<Integer> all = new ArrayList<>();
        var folios = small.host().folios();
        for (int pfn = folios.lists.tail(list); pfn >= 0; pfn = folios.lists.newer(list, pfn)) {
            all.add(pageOf[pfn]);
        }
        return all;
    }

    private static List<Integer> range(int from, int to) {
        return java.util.stream.IntStream.range(from, to).boxed().toList();
    }

    /// Where the rules of a kernel add an active folio, and an inactive one of anonymous memory
    /// without a slot.
    @ParameterizedTest
    @CsvSource({"V6_1, 0, 1", "V6_12, 0, 1", "V6_18, 1, 1", "V7_2, 1, 1"})
    void switchedOnActiveAndInactiveFoliosGoWhereTheyWouldBeAdded(
            KernelVersion kernel, int activeBack, int inactiveBack) {
        SmallHost small = SmallHost.virtual().classic().kernel(kernel);
        small.run(cpu -> {
            Process p = filled(small, cpu, PAGES);
            for (int page = 0; page < USED; page++) {
                small.host().lru().markAccessed(cpu, p.pfn(page));
                small.host().lru().markAccessed(cpu, p.pfn(page));
            }
            small.host().lru().drain(cpu);
            assertThat(sizes(p)).containsExactly(PAGES - USED, USED);

            switcher(small).change(cpu, p.memcg.lruvec(), true);

            long max = p.gen().peekMaxSeq(cpu);
            for (int page = 0; page < PAGES; page++) {
                long back = page < USED ? activeBack : inactiveBack;
                assertThat(p.seq(cpu, page)).as("page %d", page).isEqualTo(max - back);
            }
            assertThat(sizes(p)).containsExactly(0, PAGES);
            int inactive = p.gen().list(LruGen.slot(max - inactiveBack), LruGen.ANON);
            List<Integer> oldestFirst = pages(small, inactive, p, PAGES);
            assertThat(oldestFirst.subList(0, PAGES - USED)).isEqualTo(range(USED, PAGES));
        });
    }

    @Test
    void switchedOffTheTwoYoungestGenerationsAreActiveAndTheOthersAreNot() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process p = filled(small, cpu, PAGES);
            small.host().reclaim().age(cpu, p.memcg);
            small.host().reclaim().age(cpu, p.memcg);
            p.readAll(cpu, 0, USED);
            small.host().reclaim().age(cpu, p.memcg);
            long max = p.gen().peekMaxSeq(cpu);
            assertThat(p.seq(cpu, 0)).isGreaterThanOrEqualTo(max - 1);
            assertThat(p.seq(cpu, PAGES - 1)).isLessThan(max - 1);
            long[] before = sizes(p);
            assertThat(before).containsExactly(PAGES - USED, USED);

            switcher(small).change(cpu, p.memcg.lruvec(), false);

            assertThat(sizes(p)).isEqualTo(before);
            Lruvec lruvec = p.memcg.lruvec();
            int inactive = lruvec.list(LruList.INACTIVE_ANON);
            assertThat(pages(small, inactive, p, PAGES))
                    .containsExactlyInAnyOrderElementsOf(range(USED, PAGES));
            assertThat(p.state(cpu, 0) & ACTIVE).isNotZero();
            for (int slot = 0; slot < LruGen.MAX_NR_GENS; slot++) {
                assertThat(p.gen().nrPages(slot, LruGen.ANON)).isZero();
            }
            assertThat(p.gen().peekMaxSeq(cpu)).isEqualTo(max);
        });
    }

    /// One hold of lru_lock moves 4,096 folios, and the counts are right in between.
    @Test
    void aBatchEndsAHoldAndTheNextOneGoesOn() {
        int pages = 5_000;
        SmallHost small = SmallHost.virtual().classic();
        small.run(cpu -> {
            Process p = filled(small, cpu, pages);
            Lruvec lruvec = p.memcg.lruvec();
            LruGenSwitch switcher = switcher(small);
            lruvec.lock().lock(cpu);
            lruvec.setLruGenEnabled(true);
            assertThat(switcher.fillEvictable(cpu, lruvec)).isFalse();
            assertThat(p.labelled(p.gen().peekMaxSeq(cpu) - 1)).isEqualTo(LruGenSwitch.BATCH);
            assertThat(sizes(p)).containsExactly(pages - LruGenSwitch.BATCH, LruGenSwitch.BATCH);
            assertThat(switcher.fillEvictable(cpu, lruvec)).isTrue();
            assertThat(sizes(p)).containsExactly(0, pages);

            lruvec.setLruGenEnabled(false);
            assertThat(switcher.drainEvictable(cpu, lruvec)).isFalse();
            assertThat(switcher.drainEvictable(cpu, lruvec)).isTrue();
            assertThat(sizes(p)).containsExactly(0, pages);
            lruvec.lock().unlock(cpu);
        });
    }

    /// What waits in a batch is added to what is in use once the batch is flushed.
    @ParameterizedTest
    @CsvSource({"7, false", "0, true"})
    void aFolioInABatchIsAddedToTheNewLists(int before, boolean enabled) {
        SmallHost small = SmallHost.virtual().lruGen(before);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 4);
            p.writeAll(cpu, 0, 4);
            switcher(small).change(cpu, p.memcg.lruvec(), enabled);
            small.host().lru().drain(cpu);
            for (int page = 0; page < 4; page++) {
                assertThat(gen(p.state(cpu, page)) >= 0).isEqualTo(enabled);
            }
        });
    }
}
