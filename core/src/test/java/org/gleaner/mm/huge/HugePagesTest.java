package org.gleaner.mm.huge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.SmallHost.HUGE_PAGES;
import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.GetUserPages;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A huge page is one unit from its first touch until it is swapped out or split. Each test's host
/// is audited.
final class HugePagesTest {
    private static final long LIMIT = 4 * HUGE_PAGES;

    @Test
    void aFirstTouchMapsAWholeAlignedRange() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 2 * HUGE_PAGES + 7);
            p.write(cpu, 700);
            p.writeAll(cpu, HUGE_PAGES, 2 * HUGE_PAGES);
            assertThat(p.isHuge(HUGE_PAGES)).isTrue();
            assertThat(p.isHuge(0)).isFalse();
            int folio = p.hugeFolio(700);
            assertThat(folio % HUGE_PAGES).isZero();
            long state = p.host.folios().peek(cpu, folio);
            assertThat(p.host.folios().pages(state)).isEqualTo(HUGE_PAGES);
            assertThat(mapcount(state)).isEqualTo(1);
            assertThat(p.memcg.usage().snapshot()).isEqualTo(HUGE_PAGES);
            assertThat(p.memcg.lruvec().evictable()).isEqualTo(HUGE_PAGES);
        });
        assertThat(small.stat(VmEvent.PGFAULT)).isEqualTo(1);
        assertThat(small.stat(VmEvent.THP_FAULT_ALLOC)).isEqualTo(1);
    }

    @Test
    void aRangeThatTheMappingDoesNotCoverStaysSmall() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 2 * HUGE_PAGES - 1);
            p.write(cpu, HUGE_PAGES);
            assertThat(p.isResident(HUGE_PAGES)).isTrue();
            assertThat(p.memcg.lruvec().size(LruList.INACTIVE_ANON)).isZero();
        });
        assertThat(small.stat(VmEvent.THP_FAULT_ALLOC)).isZero();
        assertThat(small.stat(VmEvent.THP_FAULT_FALLBACK)).isZero();
    }

    @Test
    void withoutRoomUnderTheLimitTheFaultFallsBackAndReclaimsNothing() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = small.process(cpu, HUGE_PAGES + 100, 2 * HUGE_PAGES);
            p.write(cpu, 0);
            p.write(cpu, HUGE_PAGES);
            assertThat(p.isHuge(0)).isTrue();
            assertThat(p.isResident(HUGE_PAGES)).isTrue();
            assertThat(p.memcg.events(MemcgEvent.MAX)).isZero();
        });
        assertThat(small.stat(VmEvent.THP_FAULT_FALLBACK)).isEqualTo(1);
        assertThat(small.stat(VmEvent.THP_FAULT_FALLBACK_CHARGE)).isEqualTo(1);
        assertThat(small.stat(VmEvent.PGSCAN)).isZero();
    }

    @Test
    void withoutAlignedFramesTheFaultFallsBack() {
        SmallHost small = SmallHost.virtual().thp().frames(3 * HUGE_PAGES - 1);
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 4 * HUGE_PAGES);
            p.write(cpu, 0);
            p.write(cpu, HUGE_PAGES);
            p.write(cpu, 2 * HUGE_PAGES);
            assertThat(p.isHuge(HUGE_PAGES)).isTrue();
            assertThat(p.isResident(2 * HUGE_PAGES)).isTrue();
        });
        assertThat(small.stat(VmEvent.THP_FAULT_FALLBACK)).isEqualTo(1);
        assertThat(small.stat(VmEvent.THP_FAULT_FALLBACK_CHARGE)).isZero();
    }

    @Test
    void aLargeFolioFlushesItsBatch() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 2 * HUGE_PAGES - 1);
            p.write(cpu, HUGE_PAGES);
            assertThat(p.state(cpu, HUGE_PAGES) & LRU).isZero();
            p.write(cpu, 0);
            assertThat(p.state(cpu, HUGE_PAGES) & LRU).isNotZero();
        });
    }

    /// One scan of the oldest generation takes a whole huge page, however small its goal, and puts
    /// it into one cluster of swap.
    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void swapTakesAWholeFolio(int lruGen) {
        SmallHost small = SmallHost.virtual().thp().lruGen(lruGen);
        small.run(cpu -> {
            Process p = pressed(small, cpu);
            long resident = residentHuge(p);
            assertThat(resident).isLessThan(4);
            long first = firstSwapped(p);
            assertThat(p.slot(first) % HUGE_PAGES).isZero();
            for (int i = 0; i < HUGE_PAGES; i++) {
                assertThat(p.slot(first + i)).isEqualTo(p.slot(first) + i);
            }
        });
        long whole = small.stat(VmEvent.THP_SWPOUT);
        assertThat(whole).isPositive();
        assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(whole * HUGE_PAGES);
        assertThat(small.stat(VmEvent.PGSTEAL)).isEqualTo(whole * HUGE_PAGES);
        assertThat(small.stat(VmEvent.THP_SPLIT_PMD)).isEqualTo(whole);
        assertThat(small.stat(VmEvent.THP_SPLIT_PAGE)).isZero();
        assertThat(small.stat(VmEvent.PGSCAN) % HUGE_PAGES).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void withoutAClusterItIsSplitAndItsPagesFollow(int lruGen) {
        SmallHost small = SmallHost.virtual().thp().lruGen(lruGen).slots(HUGE_PAGES - 1);
        small.run(cpu -> {
            Process p = pressed(small, cpu);
            long first = firstSwapped(p);
            assertThat(p.slot(first + 1)).isEqualTo(p.slot(first) + 1);
        });
        assertThat(small.stat(VmEvent.THP_SWPOUT)).isZero();
        assertThat(small.stat(VmEvent.THP_SWPOUT_FALLBACK)).isEqualTo(1);
        assertThat(small.stat(VmEvent.THP_SPLIT_PAGE)).isEqualTo(1);
        assertThat(small.stat(VmEvent.THP_SPLIT_PMD)).isEqualTo(1);
        assertThat(small.stat(VmEvent.PSWPOUT)).isGreaterThan(32);
    }

    @Test
    void aPageComesBackAlone() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = pressed(small, cpu);
            long first = firstSwapped(p);
            p.read(cpu, first + 5);
            assertThat(p.isResident(first + 5)).isTrue();
            assertThat(p.isSwapped(first + 6)).isTrue();
        });
        assertThat(small.stat(VmEvent.PSWPIN)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(KernelVersion.class)
    void aWalkAgesTheWholeByOneBit(KernelVersion kernel) {
        SmallHost small = SmallHost.virtual().thp().kernel(kernel);
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 2 * HUGE_PAGES);
            p.write(cpu, 0);
            p.write(cpu, HUGE_PAGES);
            p.host.reclaim().age(cpu, p.memcg);
            p.host.reclaim().age(cpu, p.memcg);
            p.read(cpu, 3);
            p.host.reclaim().age(cpu, p.memcg);
            p.read(cpu, 3);
            p.host.reclaim().age(cpu, p.memcg);
            long max = p.gen().peekMaxSeq(cpu);
            assertThat(label(p, cpu, 0)).isEqualTo(max - 1);
            assertThat(label(p, cpu, HUGE_PAGES)).isLessThan(max - 1);
            assertThat(p.labelled(max - 1)).isEqualTo(HUGE_PAGES);
        });
    }

    @Test
    void aPinnedPageKeepsTheWholeInMemory() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 5 * HUGE_PAGES);
            p.write(cpu, 0);
            long answer = p.host.pages().gup().get(cpu, p.mm, Process.BASE + 77, Lookup.WRITE);
            int pfn = (int) (answer & ~GetUserPages.WRITABLE);
            assertThat(pfn).isEqualTo(p.hugeFolio(0) + 77);
            for (int i = 1; i < 5; i++) {
                p.write(cpu, (long) i * HUGE_PAGES);
                p.host.reclaim().age(cpu, p.memcg);
            }
            pressed(p, cpu);
            assertThat(p.isHuge(0)).isTrue();
            p.host.lru().put(cpu, p.host.folios().folio(cpu, pfn));
        });
        assertThat(small.stat(VmEvent.THP_SWPOUT)).isPositive();
    }

    @Test
    void unmappingFreesTheBlock() {
        SmallHost small = SmallHost.virtual().thp().frames(3 * HUGE_PAGES - 1);
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 2 * HUGE_PAGES);
            for (int i = 0; i < 3; i++) {
                p.write(cpu, 0);
                p.write(cpu, HUGE_PAGES);
                p.host.mappingChanges().unmap(cpu, p.mm.vmas()[0]);
                p.mm.map(cpu, Process.BASE, 2 * HUGE_PAGES, p.vma.object(), 0, true);
            }
        });
        assertThat(small.stat(VmEvent.THP_FAULT_ALLOC)).isEqualTo(6);
    }

    @Test
    void aReadOnlyHugePageIsWritableAgainByAFault() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, HUGE_PAGES);
            p.write(cpu, 0);
            p.host.mappingChanges().protect(cpu, p.vma, false);
            p.host.mappingChanges().protect(cpu, p.vma, true);
            p.write(cpu, 9);
            assertThat(p.isHuge(9)).isTrue();
        });
        assertThat(small.stat(VmEvent.PGFAULT)).isEqualTo(2);
    }

    /// On a disk the whole is under writeback at once and freed at once; a fault on a part of it
    /// takes it apart.
    @Test
    void aFaultOnAPartOfACachedFolioSplitsIt() {
        SmallHost small = SmallHost.virtual().thp().disk();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, 5 * HUGE_PAGES);
            for (int i = 0; i < 4; i++) {
                p.write(cpu, (long) i * HUGE_PAGES);
            }
            pressed(p, cpu);
            for (long page = 0; page < 5 * HUGE_PAGES; page += 100) {
                p.read(cpu, page);
            }
        });
        assertThat(small.stat(VmEvent.THP_SWPOUT)).isPositive();
        assertThat(small.stat(VmEvent.THP_SPLIT_PAGE)).isPositive();
    }

    /// Four huge pages under a limit with room for little more, then small pages until one has to
    /// go.
    private static Process pressed(SmallHost small, Cpu cpu) {
        Process p = small.process(cpu, LIMIT, 5 * HUGE_PAGES);
        for (int i = 0; i < 4; i++) {
            p.write(cpu, (long) i * HUGE_PAGES);
        }
        pressed(p, cpu);
        return p;
    }

    private static void pressed(Process p, Cpu cpu) {
        p.writeAll(cpu, 4 * HUGE_PAGES, 4 * HUGE_PAGES + 100);
    }

    private static long residentHuge(Process p) {
        long n = 0;
        for (int i = 0; i < 4; i++) {
            n += p.isHuge((long) i * HUGE_PAGES) ? 1 : 0;
        }
        return n;
    }

    private static long firstSwapped(Process p) {
        for (int i = 0; i < 4; i++) {
            long first = (long) i * HUGE_PAGES;
            if (!p.isHuge(first) && p.isSwapped(first)) {
                return first;
            }
        }
        throw new AssertionError("nothing was swapped out");
    }

    /// Sequence number of the generation that a huge page is labelled with.
    private static long label(Process p, Cpu cpu, long page) {
        int slot = gen(p.host.folios().peek(cpu, p.hugeFolio(page)));
        long max = p.gen().peekMaxSeq(cpu);
        return max - LruGen.slot(max - slot);
    }

    /// A small page is marked accessed by who looks it up for somebody else. So it is active after
    /// KVM's own mark, and a huge page is not.
    @Test
    void aLookupTellsAHugePageNothing() {
        SmallHost small = SmallHost.virtual().thp();
        small.run(cpu -> {
            int last = 2 * HUGE_PAGES;
            Process p = small.process(cpu, LIMIT, last + 1);
            p.write(cpu, 0);
            p.write(cpu, last);
            small.host().lru().drain(cpu);
            GetUserPages pages = p.host.pages().gup();
            for (long page : new long[] {7, last}) {
                int pfn = (int) pages.get(cpu, p.mm, Process.BASE + page, 0);
                p.host.lru().put(cpu, p.host.folios().folio(cpu, pfn));
            }
            assertThat(pages.touches()).isOne();
            assertThat(p.state(cpu, last) & REFERENCED).isNotZero();
            assertThat(p.host.folios().peek(cpu, p.hugeFolio(7)) & REFERENCED).isZero();
        });
    }
}
