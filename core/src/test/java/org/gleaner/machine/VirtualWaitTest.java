package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Lines, waits, interrupts and call trees in virtual time, with the arithmetic spelled out.
final class VirtualWaitTest {
    private static final CostModel X86 = CostModel.named("x86-server");
    private static final long LOCAL = nanos(Cost.LINE_LOCAL_RMW);
    private static final long SAME = nanos(Cost.LINE_XFER_SAME);
    private static final long CROSS = nanos(Cost.LINE_XFER_CROSS);
    private static final long HIT = LineModel.HIT / CostModel.TICKS_PER_NANO;

    private final VirtualEngine engine = new VirtualEngine(X86, VirtualOptions.seed(1));

    private static long nanos(Cost cost) {
        return X86.ticks(cost) / CostModel.TICKS_PER_NANO;
    }

    @Test
    void aLineServesItsWritersFirstInFirstOut() {
        Word line = new Word();
        long[] ends = new long[5];
        for (int a = 0; a < 5; a++) {
            long start = 100 + 10L * a;
            engine.spawn(
                    "a" + a,
                    cpu -> {
                        cpu.chargeNanos(start);
                        cpu.fetchAdd(line, 1);
                        ends[cpu.id] = cpu.now();
                    });
        }
        engine.run();
        assertThat(ends[0]).isEqualTo(100 + SAME);
        long storm = nanos(Cost.LINE_XFER_STORM);
        for (int a = 1; a < 5; a++) {
            assertThat(ends[a] - ends[a - 1]).isBetween(SAME, storm);
        }
        assertThat(ends[4] - ends[3]).isGreaterThan(ends[1] - ends[0]);
    }

    @Test
    void theOwnerWorksLocallyUntilSomebodyReads() {
        Word line = new Word();
        List<Long> took = new ArrayList<>();
        engine.spawn(
                "owner",
                cpu -> {
                    cpu.fetchAdd(line, 1);
                    took.add(timed(cpu, () -> cpu.fetchAdd(line, 1)));
                    took.add(timed(cpu, () -> cpu.load(line)));
                    cpu.sleep(1_000);
                    took.add(timed(cpu, () -> cpu.fetchAdd(line, 1)));
                    took.add(timed(cpu, () -> cpu.fetchAdd(line, 1)));
                });
        engine.spawn(
                "reader",
                cpu -> {
                    cpu.sleep(500);
                    took.add(timed(cpu, () -> cpu.load(line)));
                    took.add(timed(cpu, () -> cpu.load(line)));
                });
        engine.run();
        assertThat(took).containsExactly(LOCAL, 1L, SAME, 1L, SAME, LOCAL);
    }

    @Test
    void manyReadersOfOneValueDoNotQueue() {
        Word line = new Word();
        long[] ends = new long[100];
        engine.spawn("writer", cpu -> cpu.store(line, 1));
        for (int a = 1; a < 100; a++) {
            engine.spawn(
                    "r" + a,
                    cpu -> {
                        cpu.sleep(1_000 + 100L * (cpu.id == 1 ? 0 : 1));
                        cpu.load(line);
                        ends[cpu.id] = cpu.now();
                        cpu.load(line);
                        assertThat(cpu.now()).isEqualTo(ends[cpu.id] + 1);
                    });
        }
        engine.run();
        assertThat(ends[1]).isEqualTo(1_000 + SAME);
        assertThat(Arrays.stream(ends).skip(2).max().getAsLong())
                .isBetween(1_100 + SAME, 1_100 + SAME + 98 / CostModel.TICKS_PER_NANO);
    }

    @Test
    void anotherSocketIsFartherAway() {
        // In order of time: CPU 1 (socket 1), CPU 2 (socket 0), CPU 0 (socket 0).
        assertThat(threeWrites(new Topology(2, 2, 1, 0))).containsExactly(SAME, CROSS, SAME);
    }

    @Test
    void whoIsAloneAtWorkSitsOnOneSocketWithAllIfASocketHasFourCpus() {
        assertThat(threeWrites(new Topology(2, 8, 1, 0))).containsExactly(SAME, SAME, SAME);
        assertThat(threeWrites(new Topology(2, 4, 2, 0))).containsExactly(SAME, SAME, SAME);
        assertThat(threeWrites(new Topology(2, 6, 1, 0))).containsExactly(SAME, CROSS, SAME);
    }

    /// What a write of one line takes by each of three CPUs, of which two sleep meanwhile.
    private static List<Long> threeWrites(Topology topology) {
        VirtualEngine two = new VirtualEngine(X86, VirtualOptions.seed(1).withTopology(topology));
        Word line = new Word();
        List<Long> took = new ArrayList<>();
        for (int a = 0; a < 3; a++) {
            two.spawn(
                    "a" + a,
                    cpu -> {
                        cpu.sleep(1_000L * (1 + (cpu.id + 2) % 3));
                        took.add(timed(cpu, () -> cpu.fetchAdd(line, 1)));
                    });
        }
        two.run();
        return took;
    }

    private static long timed(Cpu cpu, Runnable what) {
        long start = cpu.now();
        what.run();
        return cpu.now() - start;
    }

    @Test
    void waitersOfOneWriteComeBackInTheOrderInWhichTheyCame() {
        Word gate = new Word();
        Word order = new Word();
        long[] turn = new long[20];
        for (int a = 0; a < 20; a++) {
            engine.spawn(
                    "w" + a,
                    cpu -> {
                        cpu.sleep(100 * ((7L * cpu.id) % 20));
                        cpu.await(gate, 1, 1);
                        turn[(int) cpu.fetchAdd(order, 1)] = (7L * cpu.id) % 20;
                    });
        }
        engine.spawn(
                "opener",
                cpu -> {
                    cpu.sleep(10_000);
                    cpu.store(gate, 1);
                });
        engine.run();
        assertThat(turn).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aSpinnerContinuesATransferAfterTheWriteAndASleeperAfterItsWakeUp() {
        Word gate = new Word();
        long[] at = new long[3];
        engine.spawn("spinner", cpu -> at[0] = after(cpu, () -> cpu.await(gate, -1, 1)));
        engine.spawn("sleeper", cpu -> at[1] = after(cpu, () -> cpu.block(gate, -1, 1)));
        engine.spawn(
                "writer",
                cpu -> {
                    cpu.sleep(10_000);
                    cpu.fetchAdd(gate, 1);
                    at[2] = cpu.now();
                });
        engine.run();
        assertThat(at[2]).isEqualTo(10_000 + SAME);
        assertThat(at[0]).isEqualTo(at[2] + SAME);
        assertThat(at[1]).isEqualTo(at[2] + nanos(Cost.WAKE) + SAME);
    }

    /// Who is woken on its way to sleep is first off its CPU, and then on it again.
    @Test
    void aSleeperThatIsWokenBeforeItsCpuHasLeftItPaysForBoth() {
        Word gate = new Word();
        long[] slept = new long[1];
        engine.spawn(
                "sleeper",
                cpu -> {
                    cpu.load(gate);
                    slept[0] = timed(cpu, () -> cpu.block(gate, -1, 1));
                });
        engine.spawn(
                "writer",
                cpu -> {
                    cpu.sleep(1_000);
                    cpu.store(gate, 1);
                });
        engine.run();
        long away = nanos(Cost.CTX_SWITCH) + nanos(Cost.WAKE);
        assertThat(away).isGreaterThan(1_000);
        assertThat(slept[0]).isEqualTo(HIT + away + SAME);
    }

    /// What is slept away on the way to sleep is no part of a time that is up later.
    @Test
    void aSleepThatTimeEndsIsAsLongAsItWasTold() {
        Word gate = new Word();
        long[] slept = new long[2];
        engine.spawn(
                "sleeper",
                cpu -> {
                    cpu.load(gate);
                    slept[0] = timed(cpu, () -> cpu.blockFor(gate, -1, 1, 5_000));
                    slept[1] = timed(cpu, () -> cpu.blockFor(gate, -1, 1, 10));
                });
        engine.run();
        assertThat(slept[0]).isBetween(5_000L, 5_000 + 2 * HIT);
        // one that is up before its CPU has left it is as long as the way off it
        long off = nanos(Cost.CTX_SWITCH);
        assertThat(slept[1]).isBetween(off, off + 2 * HIT);
        assertThat(slept[1]).isBetween(nanos(Cost.CTX_SWITCH), nanos(Cost.CTX_SWITCH) + 2 * HIT);
    }

    private static long after(Cpu cpu, Runnable what) {
        what.run();
        return cpu.now();
    }

    @Test
    void aWaiterThatFindsTheValueChangedAgainWaitsAgain() {
        Word gate = new Word();
        List<Long> seen = new ArrayList<>();
        engine.spawn("sleeper", cpu -> seen.add(cpu.block(gate, 1, 1)));
        engine.spawn(
                "writer",
                cpu -> {
                    cpu.sleep(1_000);
                    cpu.store(gate, 1);
                    cpu.store(gate, 2);
                    cpu.sleep(100_000);
                    cpu.store(gate, 3);
                });
        engine.run();
        assertThat(seen).containsExactly(3L);
    }

    @Test
    void awaitChangeEndsWithAnyOtherValue() {
        Word gate = new Word(4);
        List<Long> seen = new ArrayList<>();
        engine.spawn("spinner", cpu -> seen.add(cpu.awaitChange(gate, 4)));
        engine.spawn(
                "writer",
                cpu -> {
                    cpu.sleep(1_000);
                    cpu.store(gate, 4);
                    cpu.sleep(1_000);
                    cpu.store(gate, 9);
                });
        engine.run();
        assertThat(seen).containsExactly(9L);
    }

    @Test
    void blockForEndsAtItsDeadlineOrWithTheWriteWhicheverIsFirst() {
        Word gate = new Word();
        List<Long> facts = new ArrayList<>();
        engine.spawn(
                "sleeper",
                cpu -> {
                    facts.add(cpu.blockFor(gate, -1, 1, 3_000));
                    facts.add(cpu.now());
                    facts.add(cpu.blockFor(gate, -1, 1, 1_000_000));
                });
        engine.spawn(
                "writer",
                cpu -> {
                    cpu.sleep(5_000);
                    cpu.store(gate, 1);
                });
        engine.run();
        assertThat(facts).containsExactly(0L, 3_001L, 1L);
    }

    @Test
    void anInterruptStealsTimeFromAGuestAndFromNobodyElse() {
        long[] slab = new long[1];
        long[] ends = new long[3];
        long[] requests = new long[3];
        Mailbox[] targets = new Mailbox[3];
        for (int a = 0; a < 3; a++) {
            int at = a;
            boolean guest = a == 1;
            Cpu target =
                    engine.spawn(
                            "t" + a,
                            cpu -> {
                                if (guest) {
                                    cpu.enterInterruptible(targets[at]);
                                }
                                cpu.chargeNanos(10_000);
                                cpu.load(slab, 0);
                                ends[cpu.id] = cpu.now();
                                if (guest) {
                                    cpu.exitInterruptible(targets[at]);
                                }
                                requests[cpu.id] = cpu.takeRequests(targets[at]);
                            });
            targets[a] = new Mailbox(target);
        }
        List<Long> took = new ArrayList<>();
        engine.spawn(
                "sender",
                cpu -> {
                    cpu.sleep(5_000);
                    took.add(timed(cpu, () -> cpu.interrupt(targets, 3, 4)));
                    cpu.sleep(20_000);
                    took.add(timed(cpu, () -> cpu.interrupt(targets, 3, 8)));
                });
        engine.run();
        // Four are busy.
        long stolen = nanos(Cost.TLB_IPI_VICTIM_GUEST) * nanos(Cost.BUSY_4) / 100;
        assertThat(ends).containsExactly(10_000, 10_000 + stolen, 10_000);
        assertThat(requests).containsExactly(4, 4, 4);
        long posting = 3 * (nanos(Cost.LINE_XFER_SAME) + nanos(Cost.LINE_LOCAL_RMW));
        long sending = nanos(Cost.TLB_IPI_BASE) + nanos(Cost.TLB_IPI_TARGET);
        assertThat(took.get(0) - posting)
                .isBetween(sending, (sending + 20) * nanos(Cost.BUSY_4) / 100);
        assertThat(took.get(1)).isEqualTo(posting);
        assertThat(targets[1].word.snapshot()).isEqualTo(8);
    }

    @Test
    void aPollSeesEveryRequestPostedBeforeTheAccessThatFollows() {
        long[] mapped = {1};
        Mailbox[] targets = new Mailbox[1];
        List<String> log = new ArrayList<>();
        Cpu guest =
                engine.spawn(
                        "guest",
                        cpu -> {
                            cpu.enterInterruptible(targets[0]);
                            for (int i = 0; i < 100; i++) {
                                cpu.chargeNanos(97);
                                if (cpu.pendingRequests(targets[0]) != 0) {
                                    cpu.takeRequests(targets[0]);
                                    log.add("served");
                                    break;
                                }
                                assertThat(cpu.load(mapped, 0)).isEqualTo(1);
                            }
                            cpu.exitInterruptible(targets[0]);
                        });
        targets[0] = new Mailbox(guest);
        engine.spawn(
                "zapper",
                cpu -> {
                    cpu.sleep(1_000);
                    cpu.interrupt(targets, 1, 1);
                    mapped[0] = 0;
                });
        engine.run();
        assertThat(log).containsExactly("served");
    }

    @Test
    void interruptingFromWithinTheOwnSectionIsRefused() {
        engine.spawn(
                "guest",
                cpu -> {
                    Mailbox box = new Mailbox(cpu);
                    cpu.enterInterruptible(box);
                    cpu.interrupt(new Mailbox[] {box}, 1, 1);
                });
        assertThatThrownBy(engine::run).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void everyTickOfAnActorIsInExactlyOneFrame() {
        Word gate = new Word();
        Cpu waiter =
                engine.spawn(
                        "waiter",
                        cpu -> {
                            cpu.chargeNanos(7);
                            cpu.enter(KernelFunction.HANDLE_MM_FAULT);
                            cpu.chargeNanos(11);
                            cpu.enter(KernelFunction.RAW_SPIN_LOCK);
                            cpu.await(gate, -1, 1);
                            cpu.exit();
                            cpu.exit();
                        });
        engine.spawn(
                "writer",
                cpu -> {
                    cpu.sleep(3_000);
                    cpu.store(gate, 1);
                });
        engine.run();
        CallTree.Frame root = waiter.callTree().root();
        CallTree.Frame fault = root.children().get(0);
        CallTree.Frame lock = fault.children().get(0);
        long end = 3_000 + 2 * SAME;
        assertThat(root.exclusiveNanos()).isEqualTo(7);
        assertThat(root.inclusiveNanos()).isEqualTo((double) end);
        assertThat(fault.exclusiveNanos()).isEqualTo(11);
        assertThat(lock.function()).isEqualTo(KernelFunction.RAW_SPIN_LOCK);
        assertThat(lock.exclusiveNanos()).isEqualTo((double) end - 18);
        assertThat(lock.calls()).isEqualTo(1);
    }

    @Test
    void daemonsThatTickForeverDoNotHideADeadlock() {
        Word never = new Word();
        engine.daemon(
                "ticker",
                cpu -> {
                    for (; ; ) {
                        cpu.sleep(100_000_000);
                    }
                });
        engine.spawn("stuck", cpu -> cpu.block(never, -1, 1));
        assertThatThrownBy(engine::run)
                .isInstanceOf(Engine.Deadlock.class)
                .hasMessageContaining("only daemons have run")
                .hasMessageContaining("stuck sleeps until");
    }

    @Test
    void anEngineMayBeRunAgainAndTimeGoesOn() {
        List<Long> times = new ArrayList<>();
        engine.spawn("first", cpu -> cpu.sleep(1_000));
        engine.run();
        engine.spawn("second", cpu -> times.add(cpu.now()));
        engine.run();
        assertThat(times).containsExactly(1_000L);
    }
}
