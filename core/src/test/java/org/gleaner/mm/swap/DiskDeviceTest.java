package org.gleaner.mm.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.mm.OneCpu;
import org.junit.jupiter.api.Test;

/// A disk in virtual time, against its data sheet.
final class DiskDeviceTest {
    /// 1 ms reads on two channels, 100 us writes, a page in 4 us.
    private static final DiskTiming SLOW = new DiskTiming(1_000_000, 100_000, 2, 1_024_000_000);

    private final Engine engine = OneCpu.engine();
    private final List<Integer> done = new ArrayList<>();
    private final List<Long> doneAt = new ArrayList<>();
    private int idle;

    private final DiskDevice disk =
            new DiskDevice(
                    engine,
                    SLOW,
                    new SwapDevice.Completion() {
                        @Override
                        public void writeDone(Cpu cpu, int pfn) {
                            done.add(pfn);
                            doneAt.add(cpu.now());
                        }

                        @Override
                        public void idle(Cpu cpu) {
                            idle++;
                        }
                    });

    @Test
    void aReadTakesItsLatencyAndTheTransfer() {
        long submit = engine.costs().ticks(Cost.BLOCK_SUBMIT);
        engine.spawn(
                "reader",
                cpu -> {
                    disk.read(cpu, 0, 0);
                    cpu.chargeNanos(0);
                    assertThat(cpu.now()).isBetween(1_004_000L, 1_004_000L + submit);
                });
        engine.run();
    }

    @Test
    void channelsServeInParallelAndFurtherReadersQueue() {
        long[] end = new long[5];
        for (int i = 0; i < 5; i++) {
            int me = i;
            Actor reader =
                    cpu -> {
                        cpu.chargeNanos(me);
                        disk.read(cpu, me, me);
                        end[me] = cpu.now();
                    };
            engine.spawn("reader" + i, reader);
        }
        engine.run();
        for (int i = 0; i < 5; i++) {
            assertThat(end[i] / 1_000_000).as("reader %d", i).isEqualTo(1 + i / 2);
        }
        assertThat(end[1] - end[0]).as("one link").isGreaterThanOrEqualTo(4_000);
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
                queue.add(10L * added, added);
                added++;
            } else {
                assertThat(queue.firstTime()).isEqualTo(10L * removed);
                assertThat(queue.removeFirst()).isEqualTo(removed++);
            }
        }
        assertThat(added).isGreaterThan(1_000);
    }
}
