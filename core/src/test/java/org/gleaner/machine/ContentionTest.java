package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What CPUs of an N1-class host lose to each other: on a line, in the queue of a lock, and on the
/// way of broadcast invalidations. Each figure is made of the host's constants, spelled out.
final class ContentionTest {
    private static final CostModel N1 = CostModel.named("arm64-n1");
    private static final long SAME = nanos(Cost.LINE_XFER_SAME);
    private static final long STORM = nanos(Cost.LINE_XFER_STORM);
    private static final long ISSUE = nanos(Cost.TLB_BROADCAST);
    private static final long SERVICE = nanos(Cost.TLB_BROADCAST_SERVICE);
    private static final long HOLD = 350;
    private static final int ROUNDS = 200;

    private final VirtualEngine engine = new VirtualEngine(N1, VirtualOptions.seed(1));

    private static long nanos(Cost cost) {
        return N1.ticks(cost) / CostModel.TICKS_PER_NANO;
    }

    @Test
    void aTransferThatWaitsForOthersTakesLonger() {
        Word line = new Word();
        long[] ends = new long[3];
        for (int a = 0; a < ends.length; a++) {
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
        assertThat(STORM).isGreaterThan(SAME);
        assertThat(ends[0]).isEqualTo(100 + SAME);
        assertThat(ends[1] - ends[0]).isGreaterThan(SAME);
        assertThat(ends[2] - ends[1]).isGreaterThan(ends[1] - ends[0]).isLessThan(STORM);
    }

    /// However many wait, one section follows another after a hand-over between two CPUs: the
    /// holder's unlock, what the head sees, its own claim, and its leaving of the queue.
    @ParameterizedTest
    @ValueSource(ints = {4, 16, 48})
    void aWriteLockPassesFromOneToTheNextInTheTimeOfAFewTransfers(int cpus) {
        long each = run(cpus, true) / ROUNDS / cpus;
        assertThat(each - HOLD).isBetween(3 * SAME, 6 * STORM);
    }

    /// Readers do not exclude each other, but each writes the lock's line twice. Who leaves a
    /// section and enters the next at once does so with one transfer.
    @ParameterizedTest
    @ValueSource(ints = {16, 48})
    void aReadLockIsABottleneckOfItsLine(int cpus) {
        double each = (double) run(cpus, false) / ROUNDS / cpus;
        assertThat(each).isBetween(0.95 * STORM, 1.05 * STORM);
    }

    @Test
    void readersAreNotDelayedByEachOtherWhileTheLineIsIdle() {
        long alone = run(1, false) / ROUNDS;
        assertThat(alone).isEqualTo(HOLD + 2 * nanos(Cost.LINE_LOCAL_RMW));
    }

    @Test
    void whoWaitsForALockIsCounted() {
        run(4, true);
        LockUse.Sum writes = LockUse.of(engine.cpus(), LockClass.MMU_LOCK, true);
        assertThat(writes.taken()).isEqualTo(4 * ROUNDS);
        assertThat(writes.waits()).isGreaterThan(3 * ROUNDS);
        assertThat(writes.waitedNanos()).isGreaterThan(3 * HOLD * ROUNDS);
        assertThat(writes.longestNanos()).isBetween(HOLD, 10 * HOLD);
        assertThat(writes.heldNanos()).isEqualTo(4 * ROUNDS * HOLD);
        LockUse.Sum reads = LockUse.of(engine.cpus(), LockClass.MMU_LOCK, false);
        assertThat(reads).isEqualTo(new LockUse.Sum(0, 0, 0, 0, 0));
    }

    /// A period begins while one holds the lock and another waits for it.
    @Test
    void aPeriodOfLockUseBeginsAnywhere() {
        QueuedSpinLock lock = new QueuedSpinLock(LockClass.ZONE_LOCK);
        LockUse.Sum[] at = new LockUse.Sum[2];
        engine.spawn("first", cpu -> hold(cpu, lock, 0, 10_000));
        engine.spawn("second", cpu -> hold(cpu, lock, 2_000, 5_000));
        engine.spawn(
                "reader",
                cpu -> {
                    cpu.sleep(6_000);
                    LockUse.forgetLongest(engine.cpus());
                    at[0] = LockUse.of(engine.cpus(), LockClass.ZONE_LOCK, true);
                    cpu.sleep(30_000);
                    at[1] = LockUse.of(engine.cpus(), LockClass.ZONE_LOCK, true);
                });
        engine.run();
        LockUse.Sum period = at[1].since(at[0]);
        assertThat(at[0].taken()).isEqualTo(1);
        assertThat(at[1].heldNanos()).isEqualTo(15_000);
        assertThat(period.taken()).isEqualTo(1);
        assertThat(period.waits()).isEqualTo(1);
        assertThat(period.longestNanos()).isEqualTo(period.waitedNanos()).isBetween(7_900L, 9_000L);
    }

    private static void hold(Cpu cpu, QueuedSpinLock lock, long after, long nanos) {
        cpu.chargeNanos(after);
        lock.lock(cpu);
        cpu.chargeNanos(nanos);
        lock.unlock(cpu);
    }

    @Test
    void contentionIsTheSameEachTime() {
        run(16, true);
        VirtualEngine again = new VirtualEngine(N1, VirtualOptions.seed(1));
        run(again, 16, true);
        assertThat(again.traceHash()).isEqualTo(engine.traceHash());
    }

    @Test
    void broadcastsQueueAtTheMachineAndCostTheirVictimsNothing() {
        Mailbox[] targets = new Mailbox[1];
        List<Long> guest = new ArrayList<>();
        targets[0] =
                new Mailbox(
                        engine.spawn(
                                "guest",
                                cpu -> {
                                    cpu.enterInterruptible(targets[0]);
                                    cpu.chargeNanos(10_000);
                                    guest.add(cpu.pendingRequests(targets[0]));
                                    guest.add(cpu.now());
                                    cpu.exitInterruptible(targets[0]);
                                }));
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            long start = 1_000L + i;
            engine.spawn(
                    "issuer" + i,
                    cpu -> {
                        cpu.chargeNanos(start);
                        cpu.broadcast(targets, 1, 2);
                        took.add(cpu.now() - 1_000);
                    });
        }
        engine.run();
        assertThat(guest).containsExactly(2L, 10_000L);
        assertThat(took).containsExactly(SERVICE + ISSUE, 2 * SERVICE + ISSUE, 3 * SERVICE + ISSUE);
    }

    /// The request is there before the sender goes on, and seen before the next access.
    @Test
    void noAccessFollowsABroadcastThroughWhatItInvalidated() {
        long[] mapped = {1};
        Mailbox[] targets = new Mailbox[1];
        List<String> log = new ArrayList<>();
        targets[0] =
                new Mailbox(
                        engine.spawn(
                                "guest",
                                cpu -> {
                                    cpu.enterInterruptible(targets[0]);
                                    while (cpu.pendingRequests(targets[0]) == 0) {
                                        assertThat(cpu.load(mapped, 0)).isOne();
                                        cpu.chargeNanos(97);
                                    }
                                    log.add("served");
                                    cpu.exitInterruptible(targets[0]);
                                }));
        engine.spawn(
                "zapper",
                cpu -> {
                    cpu.sleep(1_000);
                    cpu.broadcast(targets, 1, 1);
                    cpu.store(mapped, 0, 0);
                });
        engine.run();
        assertThat(log).containsExactly("served");
    }

    private long run(int cpus, boolean write) {
        return run(engine, cpus, write);
    }

    /// `cpus` take the lock again and again; returns how long that takes, in nanoseconds.
    private long run(VirtualEngine on, int cpus, boolean write) {
        QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        long[] ends = new long[cpus];
        for (int a = 0; a < cpus; a++) {
            on.spawn(
                    "cpu" + a,
                    cpu -> {
                        for (int i = 0; i < ROUNDS; i++) {
                            if (write) {
                                lock.writeLock(cpu);
                            } else {
                                lock.readLock(cpu);
                            }
                            cpu.chargeNanos(HOLD);
                            if (write) {
                                lock.writeUnlock(cpu);
                            } else {
                                lock.readUnlock(cpu);
                            }
                        }
                        ends[cpu.id] = cpu.now();
                    });
        }
        on.run();
        long last = 0;
        for (long end : ends) {
            last = Math.max(last, end);
        }
        return last;
    }
}
