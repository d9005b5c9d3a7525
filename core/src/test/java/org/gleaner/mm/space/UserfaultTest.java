package org.gleaner.mm.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gleaner.machine.Cost;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.machine.Word;
import org.gleaner.mm.protocol.MemorySteps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The queues of a userfault file, without a page table: a word stands for each page's entry.
final class UserfaultTest {
    private static final CostModel COSTS = CostModel.named("x86-server");
    private static final int PAGES = 40;

    private static VirtualEngine virtual() {
        return new VirtualEngine(COSTS, VirtualOptions.seed(1));
    }

    private static Userfault monitor() {
        return new Userfault(Userfault.Mode.MINOR, 64, MemorySteps.LINUX);
    }

    private static void fault(org.gleaner.machine.Cpu cpu, Userfault monitor, Word entry, int vpn) {
        while (cpu.load(entry) == 0) {
            monitor.enqueue(cpu, vpn);
            if (cpu.load(entry) == 0) {
                monitor.await(cpu);
            }
            monitor.leave(cpu);
        }
    }

    /// Who waits longest is read first, and each is read once.
    @Test
    void readersTakeTheOldestAndEachOnce() {
        VirtualEngine engine = virtual();
        Userfault monitor = monitor();
        Word[] entries = new Word[8];
        List<Long> read = new ArrayList<>();
        for (int i = 0; i < entries.length; i++) {
            Word entry = new Word();
            entries[i] = entry;
            int vpn = i;
            engine.spawn(
                    "task" + i,
                    cpu -> {
                        cpu.sleep(10_000L * (8 - vpn));
                        fault(cpu, monitor, entry, vpn);
                    });
        }
        engine.spawn(
                "reader",
                cpu -> {
                    monitor.addReader(cpu);
                    cpu.sleep(1_000_000);
                    for (int i = 0; i < entries.length; i++) {
                        long vpn = monitor.next(cpu);
                        read.add(vpn);
                        cpu.store(entries[(int) vpn], 1);
                        monitor.wake(cpu, vpn, vpn + 1);
                    }
                });
        engine.run();
        assertThat(read).containsExactly(7L, 6L, 5L, 4L, 3L, 2L, 1L, 0L);
        assertThat(monitor.queued()).isZero();
    }

    /// A wake for a page leaves those who wait for others where they are.
    @Test
    void onlyWhoWaitsForThePageIsWoken() {
        VirtualEngine engine = virtual();
        Userfault monitor = monitor();
        Word[] entries = {new Word(), new Word()};
        long[] done = new long[2];
        for (int i = 0; i < 2; i++) {
            int vpn = i;
            engine.spawn(
                    "task" + i,
                    cpu -> {
                        fault(cpu, monitor, entries[vpn], vpn);
                        done[vpn] = cpu.now();
                    });
        }
        engine.spawn(
                "waker",
                cpu -> {
                    cpu.sleep(100_000);
                    assertThat(monitor.queued()).isEqualTo(2);
                    cpu.store(entries[1], 1);
                    monitor.wake(cpu, 1, 2);
                    assertThat(monitor.queued()).isEqualTo(1);
                    cpu.sleep(100_000);
                    cpu.store(entries[0], 1);
                    monitor.wake(cpu, 0, 1);
                });
        engine.run();
        assertThat(done[1]).isLessThan(150_000);
        assertThat(done[0]).isGreaterThan(200_000);
    }

    /// A reader waits in one system call and reads in another: what the first takes is over when a
    /// fault comes to one that sleeps, what the second takes is not.
    @Test
    void oneOfTwoSystemCallsIsBetweenAFaultAndItsReader() {
        CostModel larger =
                COSTS.with(
                        Map.of(
                                Cost.UFFD_READ,
                                COSTS.ticks(Cost.UFFD_READ) + 1_000 * CostModel.TICKS_PER_NANO));
        assertThat(nanosToAReader(larger) - nanosToAReader(COSTS)).isEqualTo(1_000);
    }

    private static long nanosToAReader(CostModel costs) {
        VirtualEngine engine = new VirtualEngine(costs, VirtualOptions.seed(1));
        Userfault monitor = monitor();
        Word entry = new Word();
        long[] at = new long[2];
        engine.spawn(
                "reader",
                cpu -> {
                    monitor.addReader(cpu);
                    long vpn = monitor.next(cpu);
                    at[1] = cpu.now();
                    cpu.store(entry, 1);
                    monitor.wake(cpu, vpn, vpn + 1);
                });
        engine.spawn(
                "task",
                cpu -> {
                    cpu.sleep(100_000);
                    at[0] = cpu.now();
                    fault(cpu, monitor, entry, 0);
                });
        engine.run();
        return at[1] - at[0];
    }

    /// The walk visits everybody who waits: a wake takes longer, the more there are.
    @Test
    void aWakeTakesLongerTheMoreWait() {
        long few = wakeNanos(4);
        long many = wakeNanos(44);
        // a transfer for each of 40 more, from a core of the same socket or of the other
        assertThat(many - few).isBetween(40 * 45L, 40 * 130L);
    }

    private static long wakeNanos(int tasks) {
        VirtualEngine engine = virtual();
        Userfault monitor = monitor();
        Word entry = new Word();
        long[] taken = new long[1];
        for (int i = 0; i < tasks; i++) {
            int vpn = i;
            engine.spawn("task" + i, cpu -> fault(cpu, monitor, entry, vpn));
        }
        engine.spawn(
                "waker",
                cpu -> {
                    cpu.sleep(1_000_000);
                    long start = cpu.now();
                    monitor.wake(cpu, 1_000, 1_001);
                    taken[0] = cpu.now() - start;
                    cpu.store(entry, 1);
                    monitor.wake(cpu, 0, tasks);
                });
        engine.run();
        return taken[0];
    }

    /// Tasks and readers in any number: everybody gets on, on real threads and in virtual time.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nobodySleepsForEver(boolean threads) {
        var engine = threads ? new ThreadEngine(COSTS) : virtual();
        Userfault monitor = monitor();
        int tasks = 3;
        Word[] entries = new Word[tasks * PAGES];
        Word left = new Word(tasks);
        for (int i = 0; i < entries.length; i++) {
            entries[i] = new Word();
        }
        for (int i = 0; i < tasks; i++) {
            int first = i * PAGES;
            engine.spawn(
                    "task" + i,
                    cpu -> {
                        for (int p = first; p < first + PAGES; p++) {
                            fault(cpu, monitor, entries[p], p);
                        }
                        if (cpu.fetchAdd(left, -1) == 1) {
                            monitor.close(cpu);
                        }
                    });
        }
        for (int i = 0; i < 2; i++) {
            engine.spawn(
                    "reader" + i,
                    cpu -> {
                        monitor.addReader(cpu);
                        for (long vpn = monitor.next(cpu);
                                vpn != Userfault.CLOSED;
                                vpn = monitor.next(cpu)) {
                            cpu.store(entries[(int) vpn], 1);
                            monitor.wake(cpu, vpn, vpn + 1);
                        }
                    });
        }
        engine.run();
        assertThat(left.snapshot()).isZero();
        assertThat(monitor.queued()).isZero();
    }
}
