package org.gleaner.machine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tasks that share CPUs in virtual time, with the arithmetic spelled out, and in random programs.
final class RunQueuesTest {
    private static final CostModel X86 = CostModel.named("x86-server");
    private static final long SWITCH = X86.ticks(Cost.CTX_SWITCH) / CostModel.TICKS_PER_NANO;
    private static final long SLICE = 100_000;
    private static final long WORK = 1_000;

    /// From when to when somebody had a CPU, or waited for one.
    private record Span(long from, long to) {}

    private static VirtualEngine host(int cpus, long seed) {
        return new VirtualEngine(
                X86,
                VirtualOptions.seed(seed)
                        .withTopology(new Topology(1, cpus, 1, 0))
                        .withSlice(SLICE));
    }

    private static void work(Cpu cpu, long nanos) {
        for (long done = 0; done < nanos; done += WORK) {
            cpu.chargeNanos(WORK);
            cpu.condResched();
        }
    }

    @Test
    void twoThatShareOneTakeTurns() {
        VirtualEngine engine = host(1, 1);
        long[] ends = new long[2];
        for (int i = 0; i < 2; i++) {
            engine.spawn(
                    "task" + i,
                    cpu -> {
                        work(cpu, 10 * SLICE);
                        ends[cpu.id] = cpu.now();
                    });
        }
        engine.run();
        Arrays.sort(ends);
        // a slice is over at the first point after it, at which both have had nine and a bit more
        assertThat(ends[0]).isBetween(19 * SLICE, 19 * SLICE + 20 * (SWITCH + 2 * WORK));
        assertThat(ends[1]).isBetween(20 * SLICE, 20 * SLICE + 20 * SWITCH);
    }

    @Test
    void whoSleepsLeavesItsCpuToOthers() {
        VirtualEngine engine = host(1, 1);
        long[] ended = new long[1];
        engine.spawn("sleeper", cpu -> cpu.sleep(50 * SLICE));
        engine.spawn(
                "worker",
                cpu -> {
                    work(cpu, 10 * SLICE);
                    ended[0] = cpu.now();
                });
        engine.run();
        assertThat(ended[0]).isBetween(10 * SLICE, 10 * SLICE + SWITCH);
    }

    @Test
    void aCpuThatIsLeftTakesWhoWaitsForAnother() {
        VirtualEngine engine = host(2, 1);
        long[] ends = new long[3];
        // ids 0 and 2 begin on the same CPU
        engine.spawn("long", cpu -> work(cpu, 10 * SLICE));
        engine.spawn("short", cpu -> work(cpu, SLICE));
        engine.spawn("waits", cpu -> work(cpu, 10 * SLICE));
        engine.run();
        for (Cpu cpu : engine.cpus()) {
            ends[cpu.id] = cpu.now();
        }
        assertThat(Math.max(ends[0], ends[2]))
                .isBetween(11 * SLICE, 11 * SLICE + 3 * (SWITCH + WORK));
    }

    @Test
    void whoFindsAQueueGoesWhereThereIsNone() {
        VirtualEngine engine = host(2, 1);
        long first = Long.MAX_VALUE;
        // even ids would begin on the same CPU; one finds the other idle, and two a queue
        for (int i = 0; i < 7; i++) {
            if (i % 2 == 1) {
                engine.device("none", _ -> {});
            } else {
                engine.spawn("task" + i, cpu -> work(cpu, 10 * SLICE));
            }
        }
        engine.run();
        for (Cpu cpu : engine.cpus()) {
            first = cpu.id % 2 == 1 ? first : Math.min(first, cpu.now());
        }
        assertThat(first).isGreaterThan(18 * SLICE);
    }

    /// The one that it was waited for has gone to another CPU, and there are enough by then.
    @Test
    void aCpuThatNobodyWaitsForAnyMoreIsKept() {
        int[] asked = new int[1];
        Actor busy =
                cpu -> {
                    for (int i = 0; i < 10 * SLICE / WORK; i++) {
                        cpu.chargeNanos(WORK);
                        cpu.step();
                        for (int n = 0; cpu.needsResched(); n++) {
                            assertThat(n).as("asked in vain").isLessThan(10);
                            asked[0]++;
                            cpu.condResched();
                        }
                    }
                };
        // whom the third waits behind hangs on the seed
        for (long seed = 1; seed <= 8; seed++) {
            VirtualEngine engine = host(2, seed);
            engine.spawn("busy0", busy);
            engine.spawn("short", cpu -> work(cpu, SLICE / 2));
            engine.spawn(
                    "busy2",
                    cpu -> {
                        cpu.sleep(10 * WORK);
                        busy.run(cpu);
                    });
            engine.run();
        }
        assertThat(asked[0]).isPositive();
    }

    @Test
    void whoWaitsForACpuIsAtNothingElse() {
        VirtualEngine engine = host(1, 1);
        for (int i = 0; i < 2; i++) {
            engine.spawn(
                    "task" + i,
                    cpu -> {
                        cpu.enter(KernelFunction.SHRINK_NODE);
                        work(cpu, 10 * SLICE);
                        cpu.sleep(1);
                        cpu.exit();
                    });
        }
        engine.run();
        for (Cpu cpu : engine.cpus()) {
            CallTree.Frame all = requireNonNull(cpu.callTree()).root();
            double at = 0;
            double waited = 0;
            for (CallTree.Frame frame : all.children()) {
                at += frame.function() == KernelFunction.SCHEDULE ? 0 : frame.exclusiveNanos();
                waited += frame.function() == KernelFunction.SCHEDULE ? frame.inclusiveNanos() : 0;
                for (CallTree.Frame below : frame.children()) {
                    assertThat(below.function()).isEqualTo(KernelFunction.SCHEDULE);
                    waited += below.inclusiveNanos();
                }
            }
            assertThat(at).isBetween(10.0 * SLICE, 10.0 * SLICE + 11 * SWITCH);
            assertThat(waited).isBetween(9.0 * SLICE, cpu.runDelayNanos() + 1.0);
        }
    }

    @Test
    void longWorkThatMayBeInterruptedEndsWithItsSlice() {
        VirtualEngine engine = host(1, 1);
        long[] ends = new long[2];
        for (int i = 0; i < 2; i++) {
            engine.spawn(
                    "task" + i,
                    cpu -> {
                        // the first comes to it alone
                        cpu.sleep(1 + cpu.id * (SLICE / 2));
                        long left = 10L * (2 - cpu.id) * SLICE;
                        while (left > 0) {
                            long now = cpu.untilResched(left);
                            cpu.chargeNanos(now);
                            left -= now;
                            cpu.condResched();
                        }
                        ends[cpu.id] = cpu.now();
                    });
        }
        engine.run();
        assertThat(ends[1]).isBetween(19 * SLICE, 20 * SLICE + 40 * (SWITCH + 1));
        assertThat(ends[0]).isBetween(30 * SLICE, 30 * SLICE + 40 * (SWITCH + 1));
    }

    @Test
    void withCpusEnoughLongWorkIsOnePiece() {
        VirtualEngine engine = host(2, 1);
        long[] pieces = new long[2];
        for (int i = 0; i < 2; i++) {
            engine.spawn("task" + i, cpu -> pieces[cpu.id] = cpu.untilResched(10 * SLICE));
        }
        engine.run();
        assertThat(pieces).containsOnly(10 * SLICE);
    }

    @Test
    void whoSpinsKeepsItsCpu() {
        VirtualEngine engine = host(1, 1);
        Word word = new Word();
        long[] waited = new long[1];
        engine.device(
                "writer",
                cpu -> {
                    cpu.sleep(10 * SLICE);
                    cpu.store(word, 1);
                    cpu.block(word, -1, 0);
                });
        engine.spawn("spinner", cpu -> cpu.await(word, 1, 1));
        engine.spawn(
                "waits",
                cpu -> {
                    cpu.sleep(2 * SLICE);
                    waited[0] = cpu.now();
                });
        engine.run();
        assertThat(waited[0]).isGreaterThan(10 * SLICE);
    }

    @Test
    void withACpuForEachNothingChanges() {
        assertThat(hash(host(8, 3)))
                .isEqualTo(hash(new VirtualEngine(X86, VirtualOptions.seed(3))));
    }

    private static long hash(VirtualEngine engine) {
        Word line = new Word();
        for (int i = 0; i < 8; i++) {
            long seed = i;
            engine.spawn(
                    "task" + i,
                    cpu -> {
                        SplittableRandom random = new SplittableRandom(seed);
                        for (int k = 0; k < 200; k++) {
                            cpu.chargeNanos(random.nextInt(1_000));
                            cpu.fetchAdd(line, 1);
                            cpu.sleep(random.nextInt(2_000));
                            cpu.condResched();
                        }
                    });
        }
        engine.run();
        return engine.traceHash();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noMoreWorkThanThereAreCpusAndNoCpuIdlesWhileOneWaits(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int cpus = 1 + random.nextInt(5);
        int tasks = cpus + 1 + random.nextInt(3 * cpus);
        VirtualEngine engine = host(cpus, seed);
        List<Span> atWork = new ArrayList<>();
        List<Span> waiting = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            SplittableRandom mine = random.split();
            engine.spawn("task" + i, cpu -> program(cpu, mine, atWork, waiting));
        }
        engine.run();
        long busiest = atWork.stream().mapToLong(Span::to).max().orElseThrow();
        long longest = waiting.stream().mapToLong(w -> w.to - w.from).max().orElse(0);
        String of = "seed " + seed + ": " + tasks + " tasks on " + cpus + " cpus";
        long idle = 0;
        for (long at = 0; at < busiest; at += WORK / 2) {
            int working = count(atWork, at);
            assertThat(working).as(of + " at " + at).isLessThanOrEqualTo(cpus);
            if (count(waiting, at) > 0) {
                idle += (cpus - working) * (WORK / 2);
            }
        }
        // between two that have a CPU there is at most a switch
        assertThat(idle).as(of).isLessThan(atWork.size() * (SWITCH + WORK));
        assertThat(longest).as(of).isLessThan(tasks * (SLICE + SWITCH + WORK));
        for (Cpu cpu : engine.cpus()) {
            long delay = cpu.runDelayNanos();
            assertThat(delay).as(of).isBetween(0L, cpu.now());
        }
    }

    private static int count(List<Span> spans, long at) {
        int n = 0;
        for (Span span : spans) {
            n += span.from <= at && at < span.to ? 1 : 0;
        }
        return n;
    }

    /// Works and sleeps, and notes when it had a CPU and when it waited.
    private static void program(
            Cpu cpu, SplittableRandom random, List<Span> atWork, List<Span> waiting) {
        long since = cpu.now();
        for (int k = 0; k < 20; k++) {
            for (int n = random.nextInt(400); n >= 0; n--) {
                cpu.chargeNanos(WORK);
                long before = cpu.now();
                cpu.condResched();
                if (cpu.now() != before) {
                    atWork.add(new Span(since, before));
                    waiting.add(new Span(before + SWITCH, cpu.now()));
                    since = cpu.now();
                }
            }
            long slept = cpu.now();
            atWork.add(new Span(since, slept));
            long nanos = 1L + random.nextInt(300_000);
            cpu.sleep(nanos);
            since = cpu.now();
            if (since > slept + nanos) {
                waiting.add(new Span(slept + nanos, since));
            }
        }
    }
}
