package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// [QueuedSpinLock] and [QueuedRwLock] on both engines.
final class SpinningLockTest {
    private static final int TURNS = 2_000;

    @ParameterizedTest
    @EnumSource
    void spinLockExcludes(EngineKind kind) {
        QueuedSpinLock lock = new QueuedSpinLock(LockClass.LRU_LOCK);
        long[] plain = new long[1];
        kind.run(
                1,
                EngineKind.times(
                        6,
                        cpu -> {
                            for (int i = 0; i < TURNS; i++) {
                                lock.lock(cpu);
                                long before = plain[0];
                                cpu.chargeNanos(30);
                                cpu.step();
                                plain[0] = before + 1;
                                lock.unlock(cpu);
                                cpu.chargeNanos(10L * cpu.id);
                            }
                        }));
        assertThat(plain[0]).isEqualTo(6 * TURNS);
        assertThat(lock.isLocked()).isFalse();
        assertThat(lock.isContended()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void spinLockServesInOrderOfArrival(EngineKind kind) {
        QueuedSpinLock lock = new QueuedSpinLock(LockClass.LRU_LOCK);
        int waiters = 5;
        Word turn = new Word();
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        Actor[] bodies =
                EngineKind.times(
                        waiters + 1,
                        cpu -> {
                            cpu.await(turn, -1, cpu.id);
                            lock.lock(cpu);
                            served.add(cpu.id);
                            lock.unlock(cpu);
                        });
        bodies[0] =
                cpu -> {
                    lock.lock(cpu);
                    for (int next = 1; next <= waiters; next++) {
                        cpu.store(turn, next);
                        while (next == 1 ? !lock.isContended() : lock.lastInQueue() != next) {
                            cpu.chargeNanos(10);
                            cpu.step();
                        }
                    }
                    lock.unlock(cpu);
                };
        kind.run(1, bodies);
        assertThat(served).containsExactly(1, 2, 3, 4, 5);
    }

    @ParameterizedTest
    @EnumSource
    void theFirstToWaitIsInNoQueue(EngineKind kind) {
        QueuedSpinLock lock = new QueuedSpinLock(LockClass.LRU_LOCK);
        Word held = new Word();
        int[] last = new int[1];
        kind.run(
                1,
                cpu -> {
                    lock.lock(cpu);
                    cpu.store(held, 1);
                    while (!lock.isContended()) {
                        cpu.chargeNanos(10);
                        cpu.step();
                    }
                    last[0] = lock.lastInQueue();
                    lock.unlock(cpu);
                },
                cpu -> {
                    cpu.await(held, 1, 1);
                    lock.lock(cpu);
                    assertThat(lock.isContended()).isFalse();
                    lock.unlock(cpu);
                });
        assertThat(last[0]).isEqualTo(-1);
        assertThat(lock.isLocked()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void triesFailWhereTheyWouldWait(EngineKind kind) {
        QueuedSpinLock spin = new QueuedSpinLock(LockClass.LRU_LOCK);
        QueuedRwLock rw = new QueuedRwLock(LockClass.MMU_LOCK);
        Word stage = new Word();
        kind.run(
                1,
                cpu -> {
                    rw.writeLock(cpu);
                    spin.lock(cpu);
                    cpu.store(stage, 1);
                    cpu.await(stage, -1, 2);
                    spin.unlock(cpu);
                    rw.writeUnlock(cpu);
                    rw.readLock(cpu);
                    cpu.store(stage, 3);
                    cpu.await(stage, -1, 4);
                    rw.readUnlock(cpu);
                },
                cpu -> {
                    cpu.await(stage, -1, 1);
                    assertThat(spin.tryLock(cpu)).isFalse();
                    assertThat(rw.tryReadLock(cpu)).isFalse();
                    assertThat(rw.tryWriteLock(cpu)).isFalse();
                    assertThat(rw.isHeldBy(cpu)).isFalse();
                    cpu.store(stage, 2);
                    cpu.await(stage, -1, 3);
                    assertThat(rw.tryWriteLock(cpu)).isFalse();
                    assertThat(rw.tryReadLock(cpu)).isTrue();
                    rw.readUnlock(cpu);
                    assertThat(spin.tryLock(cpu)).isTrue();
                    spin.unlock(cpu);
                    cpu.store(stage, 4);
                });
    }

    @ParameterizedTest
    @EnumSource
    void rwLockKeepsWritersAlone(EngineKind kind) {
        QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        long[] pair = new long[2];
        Word torn = new Word();
        Actor reader =
                cpu -> {
                    for (int i = 0; i < TURNS; i++) {
                        lock.readLock(cpu);
                        long a = pair[0];
                        cpu.chargeNanos(50);
                        cpu.step();
                        if (a != pair[1]) {
                            cpu.fetchAdd(torn, 1);
                        }
                        lock.readUnlock(cpu);
                        cpu.chargeNanos(20);
                    }
                };
        Actor writer =
                cpu -> {
                    for (int i = 0; i < TURNS / 4; i++) {
                        lock.writeLock(cpu);
                        pair[0]++;
                        cpu.chargeNanos(40);
                        cpu.step();
                        pair[1]++;
                        lock.writeUnlock(cpu);
                        cpu.chargeNanos(100);
                    }
                };
        kind.run(1, reader, writer, reader, writer, reader);
        assertThat(torn.snapshot()).isZero();
        assertThat(pair).containsExactly(TURNS / 2, TURNS / 2);
        assertThat(lock.isContended()).isFalse();
    }

    @Test
    void lateReaderPassesAWriterThatIsNotYetHead() {
        QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        List<String> order = new ArrayList<>();
        int queued = 8;
        Actor[] bodies = new Actor[queued + 3];
        bodies[0] =
                cpu -> {
                    lock.writeLock(cpu);
                    cpu.chargeNanos(20_000);
                    lock.writeUnlock(cpu);
                };
        for (int i = 1; i <= queued; i++) {
            int arrival = 500 * i;
            bodies[i] = cpu -> read(cpu, lock, arrival, "early", order);
        }
        bodies[queued + 1] =
                cpu -> {
                    cpu.chargeNanos(10_000);
                    lock.writeLock(cpu);
                    order.add("writer");
                    lock.writeUnlock(cpu);
                };
        bodies[queued + 2] = cpu -> read(cpu, lock, 20_400, "late", order);
        EngineKind.VIRTUAL.run(1, bodies);
        assertThat(order).hasSize(queued + 2);
        assertThat(order.indexOf("late")).isLessThan(order.lastIndexOf("early"));
        assertThat(order).last().isEqualTo("writer");
    }

    private static void read(Cpu cpu, QueuedRwLock lock, int at, String name, List<String> order) {
        cpu.chargeNanos(at);
        lock.readLock(cpu);
        order.add(name);
        cpu.chargeNanos(5_000);
        lock.readUnlock(cpu);
    }

    @Test
    void readersThatArriveAfterAWaitingHeadDoNotDelayIt() {
        QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        int readers = 32;
        long hold = 500;
        long[] waited = new long[1];
        Actor[] bodies =
                EngineKind.times(
                        readers + 1,
                        cpu -> {
                            cpu.chargeNanos(17L * cpu.id);
                            for (int i = 0; i < 400; i++) {
                                lock.readLock(cpu);
                                cpu.chargeNanos(hold);
                                lock.readUnlock(cpu);
                                cpu.chargeNanos(50);
                            }
                        });
        bodies[0] =
                cpu -> {
                    for (int i = 0; i < 20; i++) {
                        cpu.chargeNanos(5_000);
                        long from = cpu.now();
                        lock.writeLock(cpu);
                        waited[0] = Math.max(waited[0], cpu.now() - from);
                        lock.writeUnlock(cpu);
                    }
                };
        EngineKind.VIRTUAL.run(1, bodies);
        // The queue in front of it, each entry behind at most one transfer per reader, and the
        // sections under way; but not the 400 sections that the readers still want.
        long storm =
                CostModel.named("x86-server").ticks(Cost.LINE_XFER_STORM)
                        / CostModel.TICKS_PER_NANO;
        long transfers = storm * readers * (readers + 8);
        assertThat(waited[0]).isPositive().isLessThan(hold + transfers);
    }

    @Test
    void timeOfAcquiringIsChargedToItsFrame() {
        QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
        Engine engine = EngineKind.VIRTUAL.create(1);
        engine.spawn(
                "holder",
                cpu -> {
                    lock.readLock(cpu);
                    cpu.chargeNanos(9_000);
                    lock.readUnlock(cpu);
                });
        Cpu writer =
                engine.spawn(
                        "writer",
                        cpu -> {
                            cpu.chargeNanos(1_000);
                            lock.writeLock(cpu);
                            lock.writeUnlock(cpu);
                        });
        engine.run();
        CallTree.Frame frame = writer.callTree().root().children().getFirst();
        assertThat(frame.function()).isEqualTo(KernelFunction.RAW_WRITE_LOCK);
        assertThat(frame.inclusiveNanos()).isBetween(8_000.0, 8_500.0);
    }
}
