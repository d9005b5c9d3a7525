package org.gleaner.mm.psi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.machine.Cost;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.TaskState;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.machine.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Pressure against times known beforehand, and against counting nanosecond by nanosecond.
final class PressureStallTest {
    private static final int CPUS = 5;
    private static final int PERIOD = 700;
    private static final int END = 5_000;

    private final VirtualEngine engine =
            new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
    private final PressureStall stall = new PressureStall(engine::earliest, 8);
    private final PressureGroup host = stall.newGroup(null);
    private final PressureGroup guest = stall.newGroup(host);

    /// Of two tasks one is stalled from 100 to 300 and from 800 to 900 us, the other from 200 to
    /// 500 and asleep from 700 to 1000: stalled together from 200 to 300, and one alone while the
    /// other idles from 800 to 900.
    @Test
    void someAndFullAreExact() {
        Pressure[] seen = new Pressure[2];
        engine.spawn(
                "a",
                cpu -> {
                    stall.watch(cpu, guest);
                    cpu.chargeNanos(100_000);
                    stalled(cpu, 200_000);
                    cpu.chargeNanos(500_000);
                    stalled(cpu, 100_000);
                    cpu.chargeNanos(100_000);
                });
        engine.spawn(
                "b",
                cpu -> {
                    stall.watch(cpu, guest);
                    cpu.chargeNanos(200_000);
                    stalled(cpu, 300_000);
                    cpu.chargeNanos(200_000);
                    cpu.sleep(300_000);
                });
        engine.spawn(
                "reader",
                cpu -> {
                    stall.watch(cpu, host);
                    cpu.chargeNanos(1_000_000);
                    cpu.step();
                    seen[0] = stall.pressure(guest);
                    seen[1] = stall.pressure(host);
                });
        engine.run();
        assertThat(seen[0].some().totalNanos()).isEqualTo(500_000);
        assertThat(seen[0].full().totalNanos()).isEqualTo(200_000);
        assertThat(seen[1].some().totalNanos()).isEqualTo(500_000);
        assertThat(seen[1].full().totalNanos()).as("the reader is at work").isZero();
        // 300 of 1000 us, and 300 of the 700 in which it was not idle
        double weighted = (300.0 * 1000 + 300.0 * 700) / 1700;
        assertThat(seen[0].perCpu().totalNanos() / 1e3).isCloseTo(weighted, within(0.01));
    }

    private static void stalled(Cpu cpu, long nanos) {
        boolean begun = TaskState.beginStall(cpu);
        assertThat(begun).isTrue();
        assertThat(TaskState.beginStall(cpu)).as("a section inside another").isFalse();
        TaskState.endStall(cpu, false);
        cpu.sleep(nanos);
        TaskState.endStall(cpu, begun);
    }

    @Test
    void whoWaitsForInputIsNotIdle() {
        Pressure[] seen = new Pressure[1];
        Word read = new Word();
        engine.spawn(
                "a",
                cpu -> {
                    stall.watch(cpu, guest);
                    stalled(cpu, 100_000);
                    cpu.sleep(1_000_000);
                    cpu.store(read, 1);
                });
        engine.spawn(
                "b",
                cpu -> {
                    stall.watch(cpu, guest);
                    TaskState.waitsForIo(cpu, true);
                    cpu.block(read, 1, 1);
                    TaskState.waitsForIo(cpu, false);
                    seen[0] = stall.pressure(guest);
                });
        engine.run();
        assertThat(seen[0].some().totalNanos()).isEqualTo(100_000);
        assertThat(seen[0].full().totalNanos()).isZero();
    }

    @Test
    void averagesAreThoseOfAPressureFile() {
        StallAverages half = new StallAverages();
        StallAverages all = new StallAverages();
        for (int i = 0; i < 5000; i++) {
            half.add(1_002_000_000, PressureStall.PERIOD_NANOS);
            all.add(PressureStall.PERIOD_NANOS, PressureStall.PERIOD_NANOS);
        }
        assertThat(half.line(7)).isEqualTo(new PressureLine(50, 50, 50, 7));
        assertThat(all.line(0)).isEqualTo(new PressureLine(100, 100, 100, 0));
        StallAverages once = new StallAverages();
        once.add(PressureStall.PERIOD_NANOS, PressureStall.PERIOD_NANOS);
        // 100 % times one less the decay of two seconds
        assertThat(once.line(0)).isEqualTo(new PressureLine(18.11, 3.27, 0.68, 0));
    }

    /// Changes come out of order across CPUs, and in pieces; the engine's time is given by hand.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void seededRandomTimesAgreeWithCounting(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[][] states = new int[CPUS][END];
        record Change(int cpu, int nanos, int state) {}
        List<Change> changes = new ArrayList<>();
        for (int cpu = 0; cpu < CPUS; cpu++) {
            int at = 0;
            int state = 1;
            while (at < END) {
                changes.add(new Change(cpu, at, state));
                int length = random.nextInt(4) == 0 ? 0 : random.nextInt(1, 900);
                for (int i = at; i < Math.min(END, at + length); i++) {
                    states[cpu][i] = state;
                }
                at += length;
                state = random.nextInt(3);
            }
        }
        // each CPU up to 1,000 ahead of the time that is reached
        changes.sort(Comparator.comparingInt(c -> c.nanos / 1000));
        long[] now = new long[1];
        VirtualEngine cpus =
                new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
        List<Cpu> all = new ArrayList<>();
        for (int i = 0; i < CPUS; i++) {
            all.add(cpus.spawn("cpu" + i, cpu -> cpu.charge(Cost.GUEST_HIT)));
        }
        PressureStall by = new PressureStall(() -> now[0], CPUS, PERIOD);
        PressureGroup root = by.newGroup(null);
        PressureGroup child = by.newGroup(root);
        all.forEach(cpu -> by.watch(cpu, cpu.id < 3 ? child : root));
        for (Change c : changes) {
            long reached = c.nanos / 1000 * 1000L;
            while (now[0] < reached) {
                now[0] += 1000;
                by.pressure(root);
            }
            by.changed(all.get(c.cpu), c.nanos, c.state == 2, c.state == 0);
        }
        now[0] = END;
        assertAgrees(by.pressure(child), states, 3);
        assertAgrees(by.pressure(root), states, CPUS);
    }

    private static void assertAgrees(Pressure pressure, int[][] states, int tasks) {
        long some = 0;
        long full = 0;
        double perCpu = 0;
        long[] stalled = new long[tasks];
        long[] busy = new long[tasks];
        StallAverages averages = new StallAverages();
        long period = 0;
        for (int t = 0; t < END; t++) {
            boolean any = false;
            boolean working = false;
            for (int cpu = 0; cpu < tasks; cpu++) {
                any |= states[cpu][t] == 2;
                working |= states[cpu][t] == 1;
                stalled[cpu] += states[cpu][t] == 2 ? 1 : 0;
                busy[cpu] += states[cpu][t] == 0 ? 0 : 1;
            }
            some += any ? 1 : 0;
            period += any ? 1 : 0;
            full += any && !working ? 1 : 0;
            if (t % PERIOD == PERIOD - 1 || t % 1000 == 999) {
                double sum = 0;
                double weights = 0;
                for (int cpu = 0; cpu < tasks; cpu++) {
                    sum += (double) stalled[cpu] * busy[cpu];
                    weights += busy[cpu];
                    stalled[cpu] = 0;
                    busy[cpu] = 0;
                }
                perCpu += weights == 0 ? 0 : Math.floor(sum / weights);
            }
            if (t % PERIOD == PERIOD - 1) {
                averages.add(period, PERIOD);
                period = 0;
            }
        }
        assertThat(pressure.some()).isEqualTo(averages.line(some));
        assertThat(pressure.full().totalNanos()).isEqualTo(full);
        assertThat(pressure.perCpu().totalNanos()).isEqualTo((long) perCpu);
        assertThat(some).as("the case is not empty").isGreaterThan(full);
    }
}
