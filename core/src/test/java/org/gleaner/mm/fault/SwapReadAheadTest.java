package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.READAHEAD;

import java.util.Arrays;
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
import org.junit.jupiter.params.provider.CsvSource;

/// What comes from swap besides the page that was asked for.
final class SwapReadAheadTest {
    private static final int PAGES = 1_000;

    /// Evicts all pages of a process, which were written in order.
    private static void swapOut(Cpu cpu, SmallHost small, Process p) {
        for (int turn = 0; turn < 200 && resident(p) > 0; turn++) {
            small.host().lru().drain(cpu);
            small.host().reclaim().age(cpu, p.memcg);
            small.host().reclaim().age(cpu, p.memcg);
            small.host().reclaim().tryToFree(cpu, p.memcg, PAGES);
            cpu.sleep(50_000_000);
        }
        // and what is left in the cache
        for (int turn = 0; turn < 20; turn++) {
            small.host().reclaim().age(cpu, p.memcg);
            small.host().reclaim().tryToFree(cpu, p.memcg, PAGES);
            cpu.sleep(50_000_000);
        }
        assertThat(resident(p)).isZero();
        assertThat(p.memcg.usage().snapshot()).as("charged").isLessThan(64);
    }

    private static int resident(Process p) {
        int n = 0;
        for (int page = 0; page < PAGES; page++) {
            n += p.isResident(page) ? 1 : 0;
        }
        return n;
    }

    private static Process swappedOut(Cpu cpu, SmallHost small) {
        Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
        p.writeAll(cpu, 0, PAGES);
        swapOut(cpu, small, p);
        return p;
    }

    private static boolean isCached(Cpu cpu, SmallHost small, Process p, int page) {
        return p.isSwapped(page) && small.host().swap().cached(cpu, p.slot(page)) >= 0;
    }

    @Test
    void theFirstFaultOfAMappingReadsEightPagesAroundIt() {
        SmallHost small = SmallHost.virtual().disk().pageCluster(3);
        small.run(cpu -> {
            Process p = swappedOut(cpu, small);
            p.read(cpu, 100);
            for (int page = 90; page < 110; page++) {
                assertThat(isCached(cpu, small, p, page))
                        .as("page %d", page)
                        .isEqualTo(page >= 97 && page < 105 && page != 100);
            }
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isOne();
            assertThat(small.stat(VmEvent.PSWPIN)).isEqualTo(8);
            assertThat(small.stat(VmEvent.SWAP_RA)).isEqualTo(7);
            int pfn = small.host().swap().cached(cpu, p.slot(101));
            assertThat(small.host().folios().state(cpu, pfn) & READAHEAD).isNotZero();
            p.read(cpu, 101);
            assertThat(small.stat(VmEvent.PGMAJFAULT)).as("a minor fault").isOne();
            assertThat(small.stat(VmEvent.SWAP_RA_HIT)).isOne();
            assertThat(p.state(cpu, 101) & READAHEAD).isZero();
        });
    }

    @Test
    void aWindowEndsWithItsMappingAndItsTable() {
        SmallHost small = SmallHost.virtual().disk().pageCluster(3);
        small.run(cpu -> {
            Process p = swappedOut(cpu, small);
            p.read(cpu, 0);
            // pages 0 to 4 of 8; nothing is in front
            assertThat(small.stat(VmEvent.PSWPIN)).isEqualTo(5);
            // Process.BASE is the first page of a table, so page 512 is in another
            p.read(cpu, 511);
            assertThat(isCached(cpu, small, p, 510)).isTrue();
            assertThat(isCached(cpu, small, p, 512)).isFalse();
        });
    }

    @Test
    void aRotatingDiskReadsAnAlignedBlockOfSlots() {
        SmallHost small = SmallHost.virtual().disk(DiskTiming.VIRTIO).pageCluster(3);
        small.run(cpu -> {
            Process p = swappedOut(cpu, small);
            int slot = p.slot(100);
            p.read(cpu, 100);
            // one page lies in front of slot 0
            int block = (slot + 1 & -4) - 1;
            for (int page = 80; page < 120; page++) {
                if (page != 100) {
                    boolean inBlock = p.slot(page) >= block && p.slot(page) < block + 4;
                    assertThat(isCached(cpu, small, p, page)).isEqualTo(inBlock);
                }
            }
            assertThat(small.stat(VmEvent.SWAP_RA)).isEqualTo(3);
        });
    }

    /// As in real kernels that have swapped before: requests of 4, 2, 1 and 1 pages.
    @Test
    void blocksOfARotatingDiskAreNotThoseAfterABoot() {
        SmallHost small = SmallHost.virtual().disk(DiskTiming.VIRTIO).pageCluster(3);
        small.run(cpu -> {
            Process p = swappedOut(cpu, small);
            long before = 0;
            for (int ahead : new int[] {3, 1, 0, 0}) {
                p.read(cpu, 100 + 100 * (int) small.stat(VmEvent.PGMAJFAULT));
                assertThat(small.stat(VmEvent.SWAP_RA) - before).isEqualTo(ahead);
                before = small.stat(VmEvent.SWAP_RA);
            }
        });
    }

    @Test
    void aMemfdReadsAheadOnZramToo() {
        SmallHost small = SmallHost.virtual().pageCluster(3);
        small.run(cpu -> {
            Memfd memfd = small.host().objects().newMemfd(PAGES);
            Memcg memcg = small.host().memcgs().add(Memcg.UNLIMITED);
            Process p = Process.mapping(small.host(), cpu, memcg, memfd, PAGES);
            p.writeAll(cpu, 0, PAGES);
            swapOut(cpu, small, p);
            p.readAll(cpu, 200, 232);
            assertThat(small.stat(VmEvent.PSWPIN)).isGreaterThanOrEqualTo(32);
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isLessThan(8);
            assertThat(small.stat(VmEvent.SWAP_RA_HIT)).isGreaterThan(24);
        });
    }

    @Test
    void aWriteToAPageThatWasReadAheadGivesUpItsSlot() {
        SmallHost small = SmallHost.virtual().disk().pageCluster(3);
        small.run(cpu -> {
            Process p = swappedOut(cpu, small);
            int slot = p.slot(101);
            p.read(cpu, 100);
            p.write(cpu, 101);
            assertThat(small.host().swap().peek(cpu, slot).taken()).isFalse();
        });
    }

    @Test
    void whatIsReadAheadIsChargedAndMayMakeReclaimRun() {
        SmallHost small = SmallHost.virtual().disk().pageCluster(3);
        small.run(cpu -> {
            Process p = small.process(cpu, 600, PAGES);
            p.writeAll(cpu, 0, PAGES);
            for (int turn = 0; turn < 5; turn++) {
                p.readAll(cpu, 0, PAGES);
            }
            assertThat(p.memcg.usage().snapshot()).isLessThanOrEqualTo(600);
            assertThat(small.stat(VmEvent.PSWPIN))
                    .isEqualTo(small.stat(VmEvent.PGMAJFAULT) + small.stat(VmEvent.SWAP_RA));
            assertThat(small.stat(VmEvent.SWAP_RA_HIT)).isGreaterThan(1_000);
        });
    }

    /// Random faults on memory that is all swapped out and has room, against a model that knows
    /// nothing but the rules.
    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, true", "4, true"})
    void countsAreThoseOfAnObviousModel(long seed, boolean rotational) {
        SmallHost small = SmallHost.virtual().pageCluster(3);
        small.disk(rotational ? DiskTiming.VIRTIO : DiskTiming.NVME);
        small.run(cpu -> {
            Process p = swappedOut(cpu, small);
            Model model = new Model(p, rotational);
            Random random = new Random(seed);
            int at = 0;
            for (int i = 0; i < 2_000; i++) {
                at = random.nextInt(3) == 0 ? random.nextInt(PAGES) : (at + 1) % PAGES;
                p.read(cpu, at);
                model.fault(at);
                assertThat(small.stat(VmEvent.PGMAJFAULT)).isEqualTo(model.major);
                assertThat(small.stat(VmEvent.SWAP_RA)).isEqualTo(model.ahead);
                assertThat(small.stat(VmEvent.SWAP_RA_HIT)).isEqualTo(model.hit);
            }
            assertThat(model.hit).isGreaterThan(100);
        });
    }

    private static final class Model {
        private final boolean rotational;
        private final int[] slotOf = new int[PAGES];
        private final boolean[] mapped = new boolean[PAGES];
        private final boolean[] cached = new boolean[PAGES];
        private int hits;
        private int window;
        private int last = Integer.MIN_VALUE / 2;
        long major;
        long ahead;
        long hit;

        Model(Process p, boolean rotational) {
            this.rotational = rotational;
            hits = rotational ? 1 : 4;
            Arrays.setAll(slotOf, p::slot);
        }

        void fault(int page) {
            if (mapped[page]) {
                return;
            }
            int place = rotational ? slotOf[page] + 1 : page;
            if (cached[page]) {
                hit++;
                hits++;
                if (!rotational) {
                    last = page;
                }
            } else {
                major++;
                read(page, place);
            }
            mapped[page] = true;
        }

        private void read(int page, int place) {
            int size = hits == 0 ? (Math.abs(place - last) == 1 ? 2 : 1) : 4;
            while (hits > 0 && size < hits + 2) {
                size *= 2;
            }
            size = Math.max(Math.min(size, 8), window / 2);
            int from = place / size * size;
            if (!rotational) {
                from = place == last + 1 ? place : place - (size - 1) / 2;
                from = place == last - 1 ? place - size + 1 : from;
            }
            if (!rotational || hits == 0) {
                last = place;
            }
            hits = 0;
            window = size;
            for (int other = 0; other < PAGES; other++) {
                int there = rotational ? slotOf[other] + 1 : other;
                boolean near = there >= from && there < from + size;
                boolean sameTable = rotational || other / 512 == page / 512;
                if (near && sameTable && other != page && !mapped[other] && !cached[other]) {
                    cached[other] = true;
                    ahead++;
                }
            }
        }
    }
}
