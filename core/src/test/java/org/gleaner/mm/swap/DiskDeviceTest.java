package org.gleaner.mm.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Word;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;

/// A disk in virtual time, against its data sheet.
final class DiskDeviceTest {
    /// 1 ms reads on two channels, 100 us writes, a page in 4 us.
    private static final DiskTiming SLOW =
            new DiskTiming(1_000_000, 100_000, 2, 1_024_000_000, false, 0, 0, 0, false);

    private static final SwapDevice.Completion NOBODY =
            new SwapDevice.Completion() {
                @Override
                public void writeDone(Cpu cpu, int pfn) {}

                @Override
                public void readDone(Cpu cpu, int pfn) {}

                @Override
                public void idle(Cpu cpu) {}
            };

    private final Engine engine = OneCpu.engine();
    private final List<Integer> done = new ArrayList<>();
    private final List<Long> doneAt = new ArrayList<>();
    private final long[] read = new long[64];
    private final Word reads = new Word();
    private int idle;

    private final DiskDevice disk =
            new DiskDevice(
                    engine,
                    SLOW,
                    PageSize.KIB_4,
                    KernelVersion.V6_12,
                    8,
                    1,
                    new SwapDevice.Completion() {
                        @Override
                        public void writeDone(Cpu cpu, int pfn) {
                            done.add(pfn);
                            doneAt.add(cpu.now());
                        }

                        @Override
                        public void readDone(Cpu cpu, int pfn) {
                            read[pfn] = cpu.now();
                            cpu.fetchAdd(reads, 1);
                        }

                        @Override
                        public void idle(Cpu cpu) {
                            idle++;
                        }
                    });

    private void waitForReads(Cpu cpu, int n) {
        cpu.block(reads, -1, n);
    }

    @Test
    void aReadTakesItsLatencyAndTheTransfer() {
        long submit = engine.costs().ticks(Cost.BLOCK_SUBMIT);
        engine.spawn(
                "reader",
                cpu -> {
                    disk.read(cpu, 0, 0);
                    assertThat(cpu.now()).as("returns at once").isLessThan(1_000_000);
                    waitForReads(cpu, 1);
                });
        engine.run();
        assertThat(read[0]).isBetween(1_004_000L, 1_004_000L + submit);
    }

    @Test
    void channelsServeInParallelAndFurtherReadsQueue() {
        engine.spawn(
                "reader",
                cpu -> {
                    for (int i = 0; i < 5; i++) {
                        disk.read(cpu, 2 * i, i);
                    }
                    waitForReads(cpu, 5);
                });
        engine.run();
        for (int i = 0; i < 5; i++) {
            assertThat(read[i] / 1_000_000).as("read %d", i).isEqualTo(1 + i / 2);
        }
        assertThat(read[1] - read[0]).as("one link").isGreaterThanOrEqualTo(4_000);
    }

    @Test
    void whatIsReadDoesNotWaitBehindWhatIsWrittenWhereTheLinkIsDuplex() {
        long behind = readBehindWrites(false);
        long beside = readBehindWrites(true);
        // sixteen pages of 4 us, on a medium that takes 1 us
        assertThat(behind).isBetween(16 * 4_000L, 20 * 4_000L);
        assertThat(beside).isBetween(5_000L, 8_000L);
    }

    /// How long a read takes that follows sixteen writes.
    private static long readBehindWrites(boolean duplex) {
        Engine own = OneCpu.engine();
        Word finished = new Word();
        long[] took = new long[2];
        DiskTiming timing = new DiskTiming(1_000, 1_000, 64, 1_024_000_000, duplex, 0, 0, 0, false);
        SwapDevice.Completion count =
                new SwapDevice.Completion() {
                    @Override
                    public void writeDone(Cpu cpu, int pfn) {
                        took[1]++;
                    }

                    @Override
                    public void readDone(Cpu cpu, int pfn) {
                        took[0] = cpu.now() - took[0];
                        cpu.fetchAdd(finished, 1);
                    }

                    @Override
                    public void idle(Cpu cpu) {}
                };
        DiskDevice disk =
                new DiskDevice(own, timing, PageSize.KIB_4, KernelVersion.V6_12, 8, 1, count);
        own.spawn(
                "task",
                cpu -> {
                    disk.plug(cpu);
                    for (int i = 0; i < 16; i++) {
                        disk.write(cpu, i, i);
                    }
                    disk.read(cpu, 40, 40);
                    took[0] = cpu.now();
                    disk.unplug(cpu);
                    assertThat(disk.flushPlug(cpu)).isEqualTo(17);
                    cpu.block(finished, -1, 1);
                    cpu.sleep(1_000_000);
                    assertThat(disk.flushPlug(cpu)).isZero();
                });
        own.run();
        assertThat(took[1]).isEqualTo(16);
        return took[0];
    }

    @Test
    void aPlugSendsAdjacentSlotsAsOneRequest() {
        engine.spawn(
                "reader",
                cpu -> {
                    disk.plug(cpu);
                    disk.plug(cpu);
                    for (int slot = 10; slot < 20; slot++) {
                        disk.read(cpu, slot, slot);
                    }
                    disk.unplug(cpu);
                    cpu.sleep(5_000_000);
                    assertThat(cpu.load(reads)).as("still held").isZero();
                    disk.unplug(cpu);
                    waitForReads(cpu, 10);
                    // ten requests on two channels would have taken five times the latency
                    assertThat(cpu.now()).isLessThan(7_000_000);
                });
        engine.run();
        assertThat(read[10] / 1_000).as("all at once").isEqualTo(read[19] / 1_000);
    }

    @Test
    void theThirtyThirdRequestSendsTheOthers() {
        engine.spawn(
                "writer",
                cpu -> {
                    disk.plug(cpu);
                    for (int i = 0; i < 32; i++) {
                        disk.write(cpu, 2 * i, i);
                    }
                    disk.write(cpu, 63, 40);
                    cpu.sleep(10_000_000);
                    assertThat(done).as("63 continues 62").isEmpty();
                    disk.write(cpu, 5, 41);
                    cpu.sleep(10_000_000);
                    assertThat(done).hasSize(33).doesNotContain(41);
                    disk.unplug(cpu);
                    cpu.sleep(10_000_000);
                    assertThat(done).hasSize(34);
                });
        engine.run();
    }

    @Test
    void aTaskThatSleepsSendsWhatItsPlugHolds() {
        engine.spawn(
                "writer",
                cpu -> {
                    disk.plug(cpu);
                    disk.write(cpu, 0, 7);
                    assertThat(disk.flushPlug(cpu)).isEqualTo(1);
                    cpu.sleep(10_000_000);
                    assertThat(done).containsExactly(7);
                    assertThat(disk.flushPlug(cpu)).isZero();
                    disk.unplug(cpu);
                });
        engine.run();
    }

    @Test
    void aTrapIsPaidOncePerPlug() {
        Engine own = OneCpu.engine();
        DiskDevice virtio =
                new DiskDevice(
                        own, DiskTiming.VIRTIO, PageSize.KIB_4, KernelVersion.V6_12, 8, 1, NOBODY);
        assertThat(virtio.rotational()).isTrue();
        own.spawn(
                "writer",
                cpu -> {
                    virtio.plug(cpu);
                    for (int slot = 0; slot < 10; slot++) {
                        virtio.write(cpu, 2 * slot, slot);
                    }
                    long before = cpu.now();
                    virtio.unplug(cpu);
                    assertThat(cpu.now() - before)
                            .isBetween(
                                    DiskTiming.VIRTIO.kickNanos(),
                                    2 * DiskTiming.VIRTIO.kickNanos());
                });
        own.run();
    }

    @Test
    void latenciesVaryBySeedWithinTheirSpread() {
        long[][] times = {timesOf(1), timesOf(2), timesOf(1)};
        assertThat(times[0]).isEqualTo(times[2]).isNotEqualTo(times[1]);
        for (long time : times[0]) {
            assertThat(time).isBetween(60_000L, 145_000L);
        }
        assertThat(times[0]).doesNotHaveDuplicates();
    }

    /// How long each of twenty reads takes, one after the other: 0.1 ms, 40 % less or more, and the
    /// wake-up.
    private static long[] timesOf(long seed) {
        Engine own = OneCpu.engine();
        Word finished = new Word();
        DiskTiming uneven = new DiskTiming(100_000, 1, 64, 1L << 40, false, 0, 0, 0.4, false);
        SwapDevice.Completion count =
                new SwapDevice.Completion() {
                    @Override
                    public void writeDone(Cpu cpu, int pfn) {}

                    @Override
                    public void readDone(Cpu cpu, int pfn) {
                        cpu.fetchAdd(finished, 1);
                    }

                    @Override
                    public void idle(Cpu cpu) {}
                };
        DiskDevice disk =
                new DiskDevice(own, uneven, PageSize.KIB_4, KernelVersion.V6_12, 8, seed, count);
        long[] times = new long[20];
        own.spawn(
                "reader",
                cpu -> {
                    for (int i = 0; i < times.length; i++) {
                        long start = cpu.now();
                        disk.read(cpu, 2 * i, i);
                        cpu.block(finished, -1, i + 1);
                        times[i] = cpu.now() - start;
                    }
                });
        own.run();
        return times;
    }

    @Test
    void writesReturnAtOnceAndCompleteInOrder() {
        engine.spawn(
                "writer",
                cpu -> {
                    for (int pfn = 0; pfn < 200; pfn++) {
                        disk.write(cpu, pfn, pfn);
                    }
                    assertThat(done).hasSizeLessThan(10);
                    cpu.sleep(1_000_000_000);
                });
        engine.run();
        assertThat(done).hasSize(200).isSorted();
        assertThat(doneAt).isSorted();
        assertThat(doneAt.getLast()).isGreaterThanOrEqualTo(100 * 100_000L);
        assertThat(idle).isOne();
    }

    @Test
    void theCompletionQueueGrowsAndKeepsOrder() {
        CompletionQueue queue = new CompletionQueue();
        Random random = new Random(1);
        int added = 0;
        int removed = 0;
        for (int turn = 0; turn < 10_000; turn++) {
            if (removed == added || random.nextInt(100) < (turn < 3_000 ? 60 : 48)) {
                queue.add(10L * added, added, added % 3 == 0);
                added++;
            } else {
                assertThat(queue.firstTime()).isEqualTo(10L * removed);
                assertThat(queue.firstIsRead()).isEqualTo(removed % 3 == 0);
                assertThat(queue.removeFirst()).isEqualTo(removed++);
            }
        }
        assertThat(added).isGreaterThan(1_000);
    }
}
