package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.SWAPCACHE;

import java.util.Random;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.DiskTiming;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How pages come back, by way of the swap cache or around it.
final class AnonSwapInTest {
    private static final int LIMIT = 600;
    private static final int PAGES = 1_000;

    private static void settle(Cpu cpu) {
        cpu.sleep(50_000_000);
    }

    @Test
    void aroundTheCacheASlotIsFreedByTheFaultWhetherReadOrWrite() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, PAGES);
            p.writeAll(cpu, 0, PAGES);
            for (int page = 0; page < 2; page++) {
                int slot = p.slot(page);
                assertThat(small.host().swap().shadow(cpu, slot)).isNotZero();
                if (page == 0) {
                    p.read(cpu, page);
                } else {
                    p.write(cpu, page);
                }
                assertThat(p.state(cpu, page) & SWAPCACHE).isZero();
                assertThat(small.host().swap().peek(cpu, slot).taken()).isFalse();
            }
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isEqualTo(2);
            assertThat(small.stat(VmEvent.PSWPIN)).isEqualTo(2);
            assertThat(small.stat(VmEvent.WORKINGSET_REFAULT_ANON)).isEqualTo(2);
        });
    }

    @ParameterizedTest
    @CsvSource({"6.1, 1", "6.12, 0", "7.2, 0"})
    void aWriteAfterReadingBackIsAFaultOfItsOwnUpTo61(String kernel, int faults) {
        SmallHost small = SmallHost.virtual().kernel(KernelVersion.forName(kernel));
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, PAGES);
            p.writeAll(cpu, 0, PAGES);
            p.read(cpu, 0);
            assertThat(PteFormat.X86_64.isWritable(p.entry(0))).isEqualTo(faults == 0);
            long before = small.stat(VmEvent.PGFAULT);
            p.write(cpu, 0);
            assertThat(small.stat(VmEvent.PGFAULT) - before).isEqualTo(faults);
            assertThat(PteFormat.X86_64.isWritable(p.entry(0))).isTrue();
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isOne();
        });
    }

    @Test
    void in72ThePagePassesThroughTheCacheAndLeavesNothingThere() {
        SmallHost small = SmallHost.virtual().kernel(KernelVersion.V7_2);
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, PAGES);
            p.writeAll(cpu, 0, PAGES);
            int slot = p.slot(0);
            p.read(cpu, 0);
            assertThat(p.state(cpu, 0) & SWAPCACHE).isZero();
            assertThat(small.host().swap().peek(cpu, slot).taken()).isFalse();
            assertThat(small.stat(VmEvent.SWAP_RA)).isZero();
        });
    }

    /// Without a slot kept, a page that was only read since is written again all the same.
    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void aroundTheCacheEveryEvictionWrites(int lruGen) {
        SmallHost small = SmallHost.virtual().lruGen(lruGen);
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, PAGES);
            p.writeAll(cpu, 0, PAGES);
            Random random = new Random(5);
            for (int i = 0; i < 30_000; i++) {
                p.read(cpu, random.nextInt(PAGES));
                if (i % 512 == 0) {
                    p.memcg.lruvec().flushStats(cpu);
                }
            }
        });
        assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(small.stat(VmEvent.PGSTEAL_ANON));
        assertThat(small.stat(VmEvent.PSWPIN)).isEqualTo(small.stat(VmEvent.PGMAJFAULT));
        assertThat(small.stat(VmEvent.PSWPOUT)).isGreaterThan(10_000);
    }

    @Test
    void onADiskAReadKeepsTheSlotAndACleanPageIsDroppedWithoutWriting() {
        SmallHost small = SmallHost.virtual().disk();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, PAGES);
            p.writeAll(cpu, 0, PAGES);
            settle(cpu);
            int slot = p.slot(3);
            p.read(cpu, 3);
            assertThat(p.state(cpu, 3) & SWAPCACHE).isNotZero();
            assertThat(small.host().swap().cached(cpu, slot)).isEqualTo(p.pfn(3));
            assertThat(small.host().swap().mappings(cpu, slot)).isZero();
            evict(cpu, p, 3);
            assertThat(p.slot(3)).as("the same slot").isEqualTo(slot);
            long before = small.stat(VmEvent.PSWPOUT);
            readsOnly(cpu, p);
            settle(cpu);
            long written = small.stat(VmEvent.PSWPOUT) - before;
            // only pages that were never written out before
            assertThat(written).isLessThanOrEqualTo(LIMIT);
            assertThat(small.stat(VmEvent.PGSTEAL)).isGreaterThan(5_000);
        });
    }

    private static void readsOnly(Cpu cpu, Process p) {
        for (int turn = 0; turn < 10; turn++) {
            p.readAll(cpu, 0, PAGES);
        }
    }

    private static void evict(Cpu cpu, Process p, int page) {
        for (int turn = 0; turn < 10 && p.isResident(page); turn++) {
            p.readAll(cpu, 10, PAGES);
        }
    }

    @ParameterizedTest
    @CsvSource({"6.1, false", "6.12, false", "6.18, false", "7.2, true"})
    void onADiskAWriteGivesUpTheSlotUpTo618(String kernel, boolean kept) {
        SmallHost small = SmallHost.virtual().disk().kernel(KernelVersion.forName(kernel));
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, PAGES);
            p.writeAll(cpu, 0, PAGES);
            settle(cpu);
            int slot = p.slot(3);
            p.write(cpu, 3);
            assertThat((p.state(cpu, 3) & SWAPCACHE) != 0).isEqualTo(kept);
            assertThat(small.host().swap().peek(cpu, slot).taken()).isEqualTo(kept);
            evict(cpu, p, 3);
            settle(cpu);
            if (kept) {
                assertThat(p.slot(3)).isEqualTo(slot);
            }
        });
    }

    @Test
    void onADiskAPageReadAndThenWrittenGoesToItsSlotAgain() {
        SmallHost small = SmallHost.virtual().disk();
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, PAGES);
            p.writeAll(cpu, 0, PAGES);
            settle(cpu);
            int slot = p.slot(3);
            p.read(cpu, 3);
            long faults = small.stat(VmEvent.PGFAULT);
            p.write(cpu, 3);
            assertThat(small.stat(VmEvent.PGFAULT)).as("no fault").isEqualTo(faults);
            evict(cpu, p, 3);
            assertThat(p.slot(3)).isEqualTo(slot);
        });
    }

    @Test
    void whenSwapIsMoreThanHalfFullAReadGivesUpTheSlotToo() {
        SmallHost small = SmallHost.virtual().disk().slots(700);
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, PAGES);
            p.writeAll(cpu, 0, PAGES);
            settle(cpu);
            assertThat(small.host().swap().isFull()).isTrue();
            p.read(cpu, 3);
            assertThat(p.state(cpu, 3) & SWAPCACHE).isZero();
        });
    }

    @Test
    void onADiskAPageIsScannedTwiceAndFreedAfterItsWriteback() {
        SmallHost small =
                SmallHost.virtual()
                        .disk(
                                new DiskTiming(
                                        1_000, 20_000_000, 64, 1L << 32, false, 0, 0, 0, false));
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            p.writeAll(cpu, 0, PAGES);
            small.host().lru().drain(cpu);
            small.host().reclaim().age(cpu, p.memcg);
            small.host().reclaim().age(cpu, p.memcg);
            assertThat(small.host().reclaim().tryToFree(cpu, p.memcg, 32)).isZero();
            long written = small.stat(VmEvent.PSWPOUT);
            assertThat(written).isBetween(64L, (long) PAGES);
            assertThat(small.stat(VmEvent.PGROTATED)).isZero();
            cpu.sleep(2_000_000_000);
            assertThat(small.stat(VmEvent.PGROTATED)).isEqualTo(written);
            // what is clean by now lies at the tail of the oldest generation
            long freed = small.host().reclaim().tryToFree(cpu, p.memcg, 32);
            assertThat(freed).isGreaterThanOrEqualTo(32);
            assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(written);
        });
    }

    /// A full plug is sent in the middle of a round, and its pages are clean when the round ends.
    @Test
    void aPageWhoseWritebackEndedBeforeItWasPutBackIsTriedOnceMore() {
        SmallHost small =
                SmallHost.virtual()
                        .disk(new DiskTiming(1_000, 1_000, 64, 1L << 36, false, 0, 0, 0, false));
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            p.writeAll(cpu, 0, 300);
            swapOut(cpu, small, p);
            // every other slot, so that no two requests are merged
            for (int page = 0; page < 300; page += 2) {
                p.read(cpu, page);
                p.write(cpu, page);
            }
            idle(cpu, small, p);
            long scanned = small.stat(VmEvent.PGSCAN);
            long written = small.stat(VmEvent.PSWPOUT);
            long freed = small.host().reclaim().tryToFree(cpu, p.memcg, 32);
            assertThat(small.stat(VmEvent.PGSCAN) - scanned).as("one round").isEqualTo(64);
            assertThat(small.stat(VmEvent.PSWPOUT) - written).isEqualTo(64);
            assertThat(freed).isEqualTo(32);
        });
    }

    private static void idle(Cpu cpu, SmallHost small, Process p) {
        small.host().lru().drain(cpu);
        small.host().reclaim().age(cpu, p.memcg);
        small.host().reclaim().age(cpu, p.memcg);
    }

    private static void swapOut(Cpu cpu, SmallHost small, Process p) {
        for (int turn = 0; turn < 100; turn++) {
            idle(cpu, small, p);
            small.host().reclaim().tryToFree(cpu, p.memcg, PAGES);
            settle(cpu);
        }
        assertThat(p.memcg.usage().snapshot()).as("charged").isLessThan(64);
    }

    @Test
    void twoThreadsThatFaultOnOnePageReadItOnce() {
        SmallHost small = SmallHost.virtual().disk();
        Process[] shared = new Process[1];
        long[] pfn = new long[2];
        small.run(
                cpu -> {
                    Process p = small.process(cpu, LIMIT, PAGES);
                    p.writeAll(cpu, 0, PAGES);
                    settle(cpu);
                    shared[0] = p;
                    cpu.sleep(1_000_000_000 - cpu.now());
                    p.read(cpu, 7);
                    pfn[0] = p.pfn(7);
                },
                cpu -> {
                    cpu.sleep(1_000_000_000);
                    UserTask other = new UserTask(small.host().faults(), shared[0].mm);
                    assertThat(other.access(cpu, Process.BASE + 7, true))
                            .isEqualTo(PageFaults.DONE);
                    pfn[1] = shared[0].pfn(7);
                });
        assertThat(pfn[0]).isEqualTo(pfn[1]);
        assertThat(small.stat(VmEvent.PGMAJFAULT)).isOne();
        assertThat(small.stat(VmEvent.PSWPIN)).isOne();
    }
}
