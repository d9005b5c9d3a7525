package org.gleaner.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockDep;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Processes come and go: each takes all with it that was its own, and a host that has no page
/// table for the next one says so.
final class BirthsAndDeathsTest {
    private static final int PAGES = 150;
    private static final long FILE = 100_000;
    private static final long SECOND = 200_000;

    /// What a host counts, all of which has to be the same after a death as it was before the
    /// birth.
    private record Counts(
            int tables,
            int objects,
            int processes,
            long usage,
            long kernelPages,
            long frames,
            long slots) {
        static Counts of(Cpu cpu, Host host, Memcg memcg) {
            host.lru().drain(cpu);
            long[] free = {0};
            host.node().zone().forEachFree(pfn -> free[0]++);
            return new Counts(
                    host.tables().slab.inUse(),
                    host.objects().count(),
                    host.mmLists().of(memcg).mms().size(),
                    memcg.current() - host.allocator().stocked(memcg),
                    memcg.kernelPages().snapshot(),
                    free[0],
                    host.swap().free());
        }
    }

    @ParameterizedTest
    @CsvSource({
        // MGLRU, huge pages, limit, births
        "7, false, 250, 2000",
        "0, false, 250, 200",
        "7, true, 5000, 200",
        "0, true, 5000, 100",
        "7, true, 600, 100",
    })
    void thousandsLeaveNothingBehind(int lruGen, boolean huge, long limit, int births) {
        SmallHost small = SmallHost.virtual().lruGen(lruGen).tables(24);
        if (huge) {
            small.thp();
        }
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(limit);
            Counts before = null;
            for (int i = 0; i < births; i++) {
                liveAndDie(cpu, small.host(), memcg, huge ? 1_024 : PAGES, i);
                Counts after = Counts.of(cpu, small.host(), memcg);
                assertThat(after).as("after %d", i).isEqualTo(before == null ? after : before);
                before = after;
            }
            assertThat(before.tables).isZero();
            assertThat(before.objects).isZero();
            assertThat(before.usage).isZero();
        });
        assertThat(small.stat(VmEvent.PSWPOUT) > 0).isEqualTo(limit < 1_000);
    }

    private static void liveAndDie(Cpu cpu, Host host, Memcg memcg, int pages, int i) {
        Process p = Process.mapping(host, cpu, memcg, host.objects().newAnon(), pages);
        Memfd memfd = host.objects().newMemfd(PAGES);
        p.mm.map(cpu, FILE, PAGES, memfd, 0, true);
        p.writeAll(cpu, 0, pages);
        p.writeAll(cpu, FILE - Process.BASE, FILE - Process.BASE + PAGES);
        if (i % 3 == 0) {
            host.reclaim().age(cpu, memcg);
        }
        if (i % 2 == 0) {
            host.mappingChanges().unmap(cpu, p.mm.vma(FILE));
            host.mappingChanges().close(cpu, memfd);
            host.mappingChanges().exit(cpu, p.mm);
        } else {
            host.mappingChanges().exitWithFiles(cpu, p.mm);
        }
    }

    @Test
    void aMemfdLivesUntilItIsClosedAndUnmapped() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Host host = small.host();
            Memcg memcg = host.memcgs().add(Memcg.UNLIMITED);
            Memfd memfd = host.objects().newMemfd(PAGES);
            Process one = Process.mapping(host, cpu, memcg, memfd, PAGES);
            Process two = Process.mapping(host, cpu, memcg, memfd, PAGES);
            one.writeAll(cpu, 0, PAGES);
            host.mappingChanges().exitWithFiles(cpu, one.mm);
            assertThat(resident(cpu, host, memcg)).as("the other maps it").isEqualTo(PAGES + 1);
            assertThatThrownBy(() -> two.mm.map(cpu, FILE, PAGES, memfd, 0, true))
                    .as("nobody has it open")
                    .isInstanceOf(IllegalStateException.class);
            two.read(cpu, 7);
            host.mappingChanges().exit(cpu, two.mm);
            assertThat(resident(cpu, host, memcg)).isZero();
            assertThat(host.objects().count()).isZero();
            assertThatThrownBy(() -> two.mm.map(cpu, FILE, 1, host.objects().newAnon(), 0, true))
                    .hasMessageContaining("gone");
        });
    }

    @Test
    void aMemfdThatIsOpenKeepsItsPages() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Host host = small.host();
            Memcg memcg = host.memcgs().add(Memcg.UNLIMITED);
            Memfd memfd = host.objects().newMemfd(PAGES);
            Process one = Process.mapping(host, cpu, memcg, memfd, PAGES);
            one.writeAll(cpu, 0, PAGES);
            host.mappingChanges().exit(cpu, one.mm);
            assertThat(resident(cpu, host, memcg)).isEqualTo(PAGES + 1);
            host.mappingChanges().close(cpu, memfd);
            assertThat(resident(cpu, host, memcg)).isZero();
        });
    }

    private static long resident(Cpu cpu, Host host, Memcg memcg) {
        host.lru().drain(cpu);
        return memcg.current() - host.allocator().stocked(memcg);
    }

    /// A page of an evicted memfd that a device still holds.
    @Test
    void aPageThatIsHeldOutlivesItsFile() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Host host = small.host();
            Memcg memcg = host.memcgs().add(Memcg.UNLIMITED);
            Memfd memfd = host.objects().newMemfd(PAGES);
            Process one = Process.mapping(host, cpu, memcg, memfd, PAGES);
            one.writeAll(cpu, 0, PAGES);
            int pfn = (int) host.pages().gup().get(cpu, one.mm, Process.BASE + 3, 0);
            host.mappingChanges().exitWithFiles(cpu, one.mm);
            host.folios().set(cpu, pfn, FolioLayout.DIRTY);
            host.memcgFiles().reclaim(cpu, memcg, 10);
            assertThat(resident(cpu, host, memcg)).isOne();
            host.lru().put(cpu, pfn);
            assertThat(resident(cpu, host, memcg)).isZero();
        });
    }

    /// Pages read ahead for a process, which nobody will ask for any more.
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void whatWasReadAheadGoesWithIt(boolean file) {
        SmallHost small = SmallHost.virtual().disk().pageCluster(3);
        small.run(cpu -> {
            Host host = small.host();
            Memcg memcg = host.memcgs().add(Memcg.UNLIMITED);
            Counts before = Counts.of(cpu, host, memcg);
            RmapObject object = file ? host.objects().newMemfd(PAGES) : host.objects().newAnon();
            Process p = Process.mapping(host, cpu, memcg, object, PAGES);
            p.writeAll(cpu, 0, PAGES);
            host.lru().drain(cpu);
            host.memcgFiles().reclaim(cpu, memcg, PAGES / 2);
            cpu.sleep(100_000_000);
            host.memcgFiles().reclaim(cpu, memcg, PAGES / 2);
            cpu.sleep(100_000_000);
            assertThat(host.swap().free()).isLessThan(host.swap().size());
            for (int page = 0; page < PAGES; page += 20) {
                p.read(cpu, page);
            }
            cpu.sleep(100_000_000);
            assertThat(small.stat(VmEvent.SWAP_RA)).isPositive();
            host.mappingChanges().exitWithFiles(cpu, p.mm);
            assertThat(Counts.of(cpu, host, memcg)).isEqualTo(before);
        });
    }

    // --- no page table left ------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void withoutAPageTableAFaultFailsAndNothingElse(boolean huge) {
        SmallHost small = SmallHost.virtual().tables(9);
        if (huge) {
            small.thp();
        }
        small.run(cpu -> {
            Host host = small.host();
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            Process q = small.process(cpu, Memcg.UNLIMITED, PAGES);
            p.write(cpu, 0);
            q.write(cpu, 0);
            long far = 1L << 30;
            p.mm.map(cpu, far, PAGES, host.objects().newAnon(), 0, true);
            // the ninth table and then none
            for (int turn = 0; turn < 2; turn++) {
                assertThat(p.task.access(cpu, far, true)).isEqualTo(PageFaults.NOMEM);
                assertThat(host.pages().gup().get(cpu, p.mm, far, Lookup.WRITE))
                        .isEqualTo(PageFaults.NOMEM);
                LockDep.checkIdle(cpu);
            }
            p.writeAll(cpu, 0, PAGES);
            q.writeAll(cpu, 0, PAGES);
            assertThatThrownBy(() -> small.process(cpu, Memcg.UNLIMITED, PAGES))
                    .hasMessageContaining("page-table slab is full");
            host.mappingChanges().exit(cpu, q.mm);
            assertThat(p.task.access(cpu, far, true)).isEqualTo(PageFaults.DONE);
        });
    }

    /// To take a huge page apart takes a table, which was laid by when the page was made: it goes
    /// even where there is none left. Without one to lay by, no huge page is made.
    @ParameterizedTest
    @CsvSource({"7, true", "0, true", "7, false"})
    void aHugePageNeedsNoPageTableToGo(int lruGen, boolean room) {
        SmallHost small =
                SmallHost.virtual().lruGen(lruGen).thp().tables(5).slots(room ? 1 << 16 : 700);
        small.run(cpu -> {
            Process p = small.process(cpu, 700, 1_536);
            p.writeAll(cpu, 0, 512);
            assertThat(p.isHuge(0)).isTrue();
            // the fifth table; from here on none
            p.write(cpu, 600);
            assertThat(p.task.access(cpu, Process.BASE + 1_100, true)).isEqualTo(PageFaults.NOMEM);
            p.writeAll(cpu, 601, 900);
            LockDep.checkIdle(cpu);
            assertThat(p.isHuge(0)).isFalse();
            p.readAll(cpu, 0, 512);
        });
    }

    // --- beside others -----------------------------------------------------------------------

    /// Several tasks whose processes are born, use private memory and a file they share, are aged
    /// and reclaimed, and die, in any order.
    @ParameterizedTest
    @CsvSource({
        // seed, MGLRU, disk, huge pages, kswapd
        "1, 7, false, false, false",
        "2, 7, true, false, true",
        "3, 0, false, false, true",
        "4, 0, true, false, false",
        "5, 7, false, true, true",
        "6, 3, false, true, false",
        "7, 7, true, false, false",
        "8, 1, false, false, true",
    })
    void theBooksAddUpWhenProcessesComeAndGo(
            long seed, int lruGen, boolean disk, boolean huge, boolean kswapd) {
        SmallHost small = SmallHost.virtual(seed).lruGen(lruGen).tables(64);
        if (disk) {
            small.disk().pageCluster(3);
        }
        if (huge) {
            small.thp().frames(6_000);
        }
        if (kswapd) {
            small.kswapd().frames(huge ? 5_000 : 900).watermarks(30, 100, 160);
        }
        small.run(lives(small, seed, huge ? 1_100 : 260, huge ? 2_000 : 300, 20));
        assertThat(small.host().tables().slab.inUse()).isZero();
        assertThat(small.host().objects().count()).isZero();
    }

    /// On real threads a walker that comes too late reads a table that is another's by then.
    @ParameterizedTest
    @CsvSource({"7, false", "0, false", "7, true"})
    @Timeout(60)
    void onRealThreadsTheyDoToo(int lruGen, boolean huge) {
        SmallHost small =
                SmallHost.threads()
                        .lruGen(lruGen)
                        .tables(64)
                        .kswapd()
                        .frames(huge ? 6_000 : 900)
                        .watermarks(40, 80, 160)
                        .slots(8_000);
        if (huge) {
            small.thp();
        }
        small.run(lives(small, 1, huge ? 1_100 : 260, huge ? 2_500 : 350, huge ? 25 : 60));
        assertThat(small.host().tables().slab.inUse()).isZero();
        assertThat(small.host().objects().count()).isZero();
    }

    private static Actor[] lives(SmallHost small, long seed, int pages, long limit, int births) {
        Host host = small.host();
        Memcg[] memcgs = {host.memcgs().add(limit), host.memcgs().add(limit)};
        Memfd shared = host.objects().newMemfd(PAGES);
        AtomicInteger living = new AtomicInteger(4);
        Actor[] actors = new Actor[5];
        for (int i = 0; i < 4; i++) {
            int me = i;
            actors[i] =
                    cpu -> {
                        Random random = new Random(seed * 100 + me);
                        for (int life = 0; life < births; life++) {
                            life(cpu, host, memcgs[me % 2], shared, pages, random);
                        }
                        if (living.decrementAndGet() == 0) {
                            host.mappingChanges().close(cpu, shared);
                        }
                        host.lru().drain(cpu);
                    };
        }
        actors[4] = cpu -> age(cpu, host, memcgs, living, new Random(seed));
        return actors;
    }

    private static void life(
            Cpu cpu, Host host, Memcg memcg, Memfd shared, int pages, Random random) {
        Process p = Process.mapping(host, cpu, memcg, host.objects().newAnon(), pages);
        p.mm.map(cpu, FILE, PAGES, shared, 0, true);
        Memfd own = host.objects().newMemfd(PAGES);
        p.mm.map(cpu, SECOND, PAGES, own, 0, true);
        for (int turn = random.nextInt(2 * pages); turn > 0; turn--) {
            long vpn =
                    switch (random.nextInt(4)) {
                        case 0 -> FILE + random.nextInt(PAGES);
                        case 1 -> SECOND + random.nextInt(PAGES);
                        default -> Process.BASE + random.nextInt(pages);
                    };
            assertThat(p.task.access(cpu, vpn, random.nextBoolean())).isEqualTo(PageFaults.DONE);
        }
        if (random.nextBoolean()) {
            host.mappingChanges().unmap(cpu, p.vma);
        }
        if (random.nextBoolean()) {
            host.mappingChanges().close(cpu, own);
            host.mappingChanges().exit(cpu, p.mm);
        } else {
            host.mappingChanges().exit(cpu, p.mm);
            host.mappingChanges().close(cpu, own);
        }
    }

    private static void age(
            Cpu cpu, Host host, Memcg[] memcgs, AtomicInteger living, Random random) {
        while (living.get() > 0) {
            Memcg memcg = memcgs[random.nextInt(2)];
            if (random.nextInt(3) > 0) {
                host.reclaim().age(cpu, memcg, random.nextBoolean());
            } else {
                host.memcgFiles().reclaim(cpu, memcg, 1 + random.nextInt(40));
            }
            cpu.sleep(50_000 + random.nextInt(100_000));
        }
        host.lru().drain(cpu);
    }
}
