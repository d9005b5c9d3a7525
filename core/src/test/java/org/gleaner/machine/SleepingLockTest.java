package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// [RwSemaphore] and [BitSpinLock] on both engines.
final class SleepingLockTest {
    private static final int TURNS = 1_000;

    @ParameterizedTest
    @EnumSource
    void semaphoreKeepsWritersAlone(EngineKind kind) {
        RwSemaphore lock = new RwSemaphore(LockClass.MMAP_LOCK);
        long[] pair = new long[2];
        Word torn = new Word();
        Word inside = new Word();
        Actor reader =
                cpu -> {
                    for (int i = 0; i < TURNS; i++) {
                        lock.downRead(cpu);
                        long a = pair[0];
                        cpu.fetchAdd(inside, 1);
                        cpu.chargeNanos(300);
                        cpu.fetchAdd(inside, -1);
                        if (a != pair[1]) {
                            cpu.fetchAdd(torn, 1);
                        }
                        lock.upRead(cpu);
                        cpu.chargeNanos(200);
                    }
                };
        Actor writer =
                cpu -> {
                    for (int i = 0; i < TURNS / 4; i++) {
                        lock.downWrite(cpu);
                        pair[0]++;
                        if (cpu.load(inside) != 0) {
                            cpu.fetchAdd(torn, 1);
                        }
                        pair[1]++;
                        lock.upWrite(cpu);
                        cpu.chargeNanos(900);
                    }
                };
        kind.run(1, reader, writer, reader, writer, reader);
        assertThat(torn.snapshot()).isZero();
        assertThat(pair).containsExactly(TURNS / 2, TURNS / 2);
        assertThat(lock.isContended()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void semaphoreTriesFailWhereTheyWouldSleep(EngineKind kind) {
        RwSemaphore lock = new RwSemaphore(LockClass.MMAP_LOCK);
        Word stage = new Word();
        kind.run(
                1,
                cpu -> {
                    assertThat(lock.tryDownWrite(cpu)).isTrue();
                    assertThat(lock.isHeldForWriteBy(cpu)).isTrue();
                    cpu.store(stage, 1);
                    cpu.await(stage, -1, 2);
                    lock.upWrite(cpu);
                    assertThat(lock.tryDownRead(cpu)).isTrue();
                    cpu.store(stage, 3);
                    cpu.await(stage, -1, 4);
                    lock.upRead(cpu);
                },
                cpu -> {
                    cpu.await(stage, -1, 1);
                    assertThat(lock.tryDownRead(cpu)).isFalse();
                    assertThat(lock.tryDownWrite(cpu)).isFalse();
                    assertThat(lock.isHeldBy(cpu)).isFalse();
                    cpu.store(stage, 2);
                    cpu.await(stage, -1, 3);
                    assertThat(lock.tryDownWrite(cpu)).isFalse();
                    assertThat(lock.tryDownRead(cpu)).isTrue();
                    lock.upRead(cpu);
                    cpu.store(stage, 4);
                });
    }

    /// Readers inside, a writer waits, later readers stay behind it, all of them enter together.
    @Test
    void aWaitingWriterGoesBeforeLaterReaders() {
        RwSemaphore lock = new RwSemaphore(LockClass.MMAP_LOCK);
        List<String> order = new ArrayList<>();
        Word together = new Word();
        EngineKind.VIRTUAL.run(
                1,
                cpu -> {
                    lock.downRead(cpu);
                    cpu.chargeNanos(50_000);
                    order.add("first reader leaves");
                    lock.upRead(cpu);
                },
                cpu -> {
                    cpu.chargeNanos(10_000);
                    lock.downWrite(cpu);
                    order.add("writer");
                    cpu.chargeNanos(10_000);
                    lock.upWrite(cpu);
                },
                cpu -> lateReader(cpu, lock, order, together),
                cpu -> lateReader(cpu, lock, order, together));
        assertThat(order).containsExactly("first reader leaves", "writer", "reader", "reader");
    }

    private static void lateReader(Cpu cpu, RwSemaphore lock, List<String> order, Word together) {
        cpu.chargeNanos(20_000);
        lock.downRead(cpu);
        order.add("reader");
        cpu.fetchAdd(together, 1);
        cpu.block(together, -1, 2);
        lock.upRead(cpu);
    }

    @ParameterizedTest
    @CsvSource({
        "VIRTUAL, FOLIO_LOCK",
        "VIRTUAL, RMAP_LOCK",
        "THREADS, FOLIO_LOCK",
        "THREADS, RMAP_LOCK"
    })
    void bitLocksExcludeAndLeaveOtherBitsAlone(EngineKind kind, LockClass lockClass) {
        BitSpinLock lock = new BitSpinLock(lockClass);
        int words = 3;
        long[] slab = new long[300];
        long[] plain = new long[300];
        kind.run(
                1,
                EngineKind.times(
                        6,
                        cpu -> {
                            for (int i = 0; i < TURNS; i++) {
                                int at = (cpu.id + i) % words * 100;
                                cpu.fetchAdd(slab, at, 2);
                                lock.lock(cpu, slab, at, 0);
                                assertThat(lock.isHeldBy(cpu, slab, at, 0)).isTrue();
                                long before = plain[at];
                                cpu.chargeNanos(100);
                                cpu.step();
                                plain[at] = before + 1;
                                lock.unlock(cpu, slab, at, 0);
                            }
                        }));
        assertThat(plain[0] + plain[100] + plain[200]).isEqualTo(6 * TURNS);
        assertThat(slab[0] + slab[100] + slab[200]).isEqualTo(2 * 6 * TURNS);
    }

    /// Two locks that share a bucket, and a waiter of one while the other is released.
    @ParameterizedTest
    @EnumSource
    void waitersOfOneBucketDoNotDisturbEachOther(EngineKind kind) {
        BitSpinLock lock = new BitSpinLock(LockClass.RMAP_LOCK);
        long[] a = new long[1];
        long[] b = new long[1];
        Word stage = new Word();
        kind.run(
                1,
                cpu -> {
                    lock.lock(cpu, a, 0, 5);
                    cpu.store(stage, 1);
                    cpu.await(stage, -1, 3);
                    cpu.chargeNanos(5_000);
                    cpu.store(stage, 5);
                    lock.unlock(cpu, a, 0, 5);
                },
                cpu -> {
                    cpu.await(stage, 1, 1);
                    lock.lock(cpu, a, 0, 5);
                    assertThat(cpu.load(stage)).as("the holder has left").isEqualTo(5);
                    lock.unlock(cpu, a, 0, 5);
                },
                cpu -> {
                    cpu.await(stage, -1, 1);
                    cpu.chargeNanos(2_000);
                    for (int i = 0; i < 10; i++) {
                        lock.lock(cpu, b, 0, 5);
                        lock.unlock(cpu, b, 0, 5);
                    }
                    cpu.store(stage, 3);
                });
        assertThat(a[0]).isZero();
        assertThat(b[0]).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void bitTryFailsWhereHeld(EngineKind kind) {
        BitSpinLock lock = new BitSpinLock(LockClass.FOLIO_LOCK);
        long[] slab = {0xf0};
        kind.run(
                1,
                cpu -> {
                    assertThat(lock.tryLock(cpu, slab, 0, 63)).isTrue();
                    assertThat(lock.tryLock(cpu, slab, 0, 63)).isFalse();
                    lock.unlock(cpu, slab, 0, 63);
                    assertThat(slab[0]).isEqualTo(0xf0);
                });
    }
}
