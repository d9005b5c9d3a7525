package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.DIRTY;
import static org.gleaner.mm.folio.FolioLayout.SWAPCACHE;
import static org.gleaner.mm.folio.FolioLayout.mapcount;
import static org.gleaner.mm.folio.FolioLayout.refcount;

import java.util.Random;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.DiskTiming;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Shared memory with a page cache of its own: first use, sharing, swap-out and swap-in.
final class MemfdFaultTest {
    private static final int LIMIT = 600;
    private static final int PAGES = 1_000;

    private final SmallHost small = SmallHost.virtual();

    private Process process(Cpu cpu, Memfd memfd, long limit) {
        Memcg memcg = small.host().memcgs().add(limit);
        return Process.mapping(small.host(), cpu, memcg, memfd, PAGES);
    }

    @Test
    void aFirstReadMakesAPageThatAllMappingsShare() {
        small.run(cpu -> {
            Memfd memfd = small.host().objects().newMemfd(PAGES);
            Process one = process(cpu, memfd, Memcg.UNLIMITED);
            Process two = process(cpu, memfd, Memcg.UNLIMITED);
            one.read(cpu, 5);
            assertThat(two.isResident(5)).isFalse();
            two.write(cpu, 5);
            assertThat(two.pfn(5)).isEqualTo(one.pfn(5));
            small.host().lru().drain(cpu);
            long state = one.state(cpu, 5);
            assertThat(mapcount(state)).isEqualTo(2);
            assertThat(refcount(state)).as("page cache and two mappings").isEqualTo(3);
            assertThat(state & DIRTY).isNotZero();
            assertThat(Memfd.pfn(memfd.entry(cpu, 5))).isEqualTo(one.pfn(5));
            // charged to who touched it first
            assertThat(one.memcg.usage().snapshot()).isPositive();
            assertThat(two.memcg.usage().snapshot()).isZero();
        });
    }

    @Test
    void anEvictedPageLeavesEveryTableEmptyAndItsSlotInTheMemfd() {
        small.run(cpu -> {
            Memfd memfd = small.host().objects().newMemfd(PAGES);
            Process one = process(cpu, memfd, LIMIT);
            Process two = Process.mapping(small.host(), cpu, one.memcg, memfd, PAGES);
            one.writeAll(cpu, 0, 300);
            two.readAll(cpu, 0, 300);
            one.writeAll(cpu, 300, PAGES);
            assertThat(one.entry(7)).isZero();
            assertThat(two.entry(7)).isZero();
            long entry = memfd.entry(cpu, 7);
            assertThat(Memfd.isSwap(entry)).isTrue();
            int slot = Memfd.slot(entry);
            assertThat(small.host().swap().mappings(cpu, slot)).isOne();
            assertThat(small.host().swap().cached(cpu, slot)).isEqualTo(-1);
            two.read(cpu, 7);
            assertThat(Memfd.isFolio(memfd.entry(cpu, 7))).isTrue();
            assertThat(small.host().swap().peek(cpu, slot).taken()).isFalse();
            assertThat(two.state(cpu, 7) & (SWAPCACHE | DIRTY)).isEqualTo(DIRTY);
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isOne();
            one.read(cpu, 7);
            assertThat(one.pfn(7)).isEqualTo(two.pfn(7));
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isOne();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void everyEvictionWritesForAPageComesBackDirty(int lruGen) {
        small.lruGen(lruGen);
        small.run(cpu -> {
            Memfd memfd = small.host().objects().newMemfd(PAGES);
            Process p = process(cpu, memfd, LIMIT);
            Random random = new Random(6);
            for (int i = 0; i < 20_000; i++) {
                p.read(cpu, random.nextInt(PAGES));
            }
        });
        assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(small.stat(VmEvent.PGSTEAL_ANON));
        assertThat(small.stat(VmEvent.PSWPIN)).isEqualTo(small.stat(VmEvent.PGMAJFAULT));
        assertThat(small.stat(VmEvent.WORKINGSET_REFAULT_ANON))
                .isEqualTo(small.stat(VmEvent.PGMAJFAULT));
    }

    @Test
    void aPageUnderWritebackIsTakenBackFromTheSwapCache() {
        small.disk(new DiskTiming(1_000, 20_000_000, 64, 1L << 32, false, 0, 0, 0, false));
        small.run(cpu -> {
            Memfd memfd = small.host().objects().newMemfd(PAGES);
            Process p = process(cpu, memfd, Memcg.UNLIMITED);
            p.writeAll(cpu, 0, 300);
            small.host().lru().drain(cpu);
            small.host().reclaim().age(cpu, p.memcg);
            small.host().reclaim().age(cpu, p.memcg);
            small.host().reclaim().tryToFree(cpu, p.memcg, 32);
            int page = 63;
            int slot = slot(cpu, memfd, page);
            int pfn = small.host().swap().cached(cpu, slot);
            assertThat(pfn).isNotNegative();
            p.read(cpu, page);
            assertThat(p.pfn(page)).isEqualTo(pfn);
            assertThat(small.host().swap().peek(cpu, slot).taken()).isFalse();
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isZero();
        });
    }

    private static int slot(Cpu cpu, Memfd memfd, int page) {
        long entry = memfd.entry(cpu, page);
        assertThat(Memfd.isSwap(entry)).isTrue();
        return Memfd.slot(entry);
    }

    @Test
    void theMappingMayShowAnyPartOfTheMemfd() {
        small.run(cpu -> {
            Memfd memfd = small.host().objects().newMemfd(PAGES);
            Process p = process(cpu, memfd, Memcg.UNLIMITED);
            p.mm.map(cpu, 10_000, 50, memfd, 900, true);
            p.write(cpu, 910);
            assertThat(p.task.access(cpu, 10_010, false)).isEqualTo(PageFaults.DONE);
            assertThat(p.pfn(10_010 - Process.BASE)).isEqualTo(p.pfn(910));
        });
    }
}
