package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// [Rcu] and [Srcu] on both engines: objects are unlinked, poisoned after a grace period and
/// reused.
final class RcuTest {
    private static final int READERS = 3;

    @ParameterizedTest
    @EnumSource
    void noReaderSeesWhatAnRcuCallbackPoisoned(EngineKind kind) {
        assertThat(churn(kind, 400, Reclaim.CALL)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void noReaderSeesWhatWasPoisonedAfterSynchronize(EngineKind kind) {
        assertThat(churn(kind, 40, Reclaim.SYNCHRONIZE)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void noReaderSeesWhatWasPoisonedAfterExpedited(EngineKind kind) {
        assertThat(churn(kind, 100, Reclaim.EXPEDITED)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void noReaderSeesWhatWasPoisonedAfterSrcu(EngineKind kind) {
        assertThat(churn(kind, 100, Reclaim.SRCU)).isZero();
    }

    /// Shows that the tests above can fail.
    @ParameterizedTest
    @EnumSource
    void withoutAGracePeriodReadersSeePoison(EngineKind kind) {
        long poisoned = 0;
        for (int attempt = 0; attempt < 50 && poisoned == 0; attempt++) {
            poisoned = churn(kind, 2_000, Reclaim.AT_ONCE);
        }
        assertThat(poisoned).isPositive();
    }

    private enum Reclaim {
        CALL,
        SYNCHRONIZE,
        EXPEDITED,
        SRCU,
        AT_ONCE
    }

    /// Returns how often a reader found poison.
    private static long churn(EngineKind kind, int updates, Reclaim how) {
        Engine engine = kind.create(1);
        Rcu rcu = Rcu.start(engine, 200_000);
        Srcu srcu = new Srcu(LockClass.KVM_SRCU, 50_000);
        Objects objects = new Objects();
        Word done = new Word();
        Word poisoned = new Word();
        for (int r = 0; r < READERS; r++) {
            EngineKind.spawnArmed(
                    engine,
                    "reader" + r,
                    cpu -> {
                        while (cpu.load(done) == 0) {
                            int section = -1;
                            if (how == Reclaim.SRCU) {
                                section = srcu.readLock(cpu);
                            } else {
                                rcu.readLock(cpu);
                            }
                            if (!objects.read(cpu)) {
                                cpu.fetchAdd(poisoned, 1);
                            }
                            if (how == Reclaim.SRCU) {
                                srcu.readUnlock(cpu, section);
                            } else {
                                rcu.readUnlock(cpu);
                            }
                            cpu.chargeNanos(700);
                        }
                    });
        }
        EngineKind.spawnArmed(
                engine,
                "updater",
                cpu -> {
                    for (int i = 0; i < updates; i++) {
                        int old = objects.replace(cpu);
                        switch (how) {
                            case CALL -> rcu.call(cpu, objects, old);
                            case SYNCHRONIZE -> rcu.synchronize(cpu);
                            case EXPEDITED -> rcu.synchronizeExpedited(cpu);
                            case SRCU -> srcu.synchronize(cpu);
                            case AT_ONCE -> {}
                        }
                        if (how != Reclaim.CALL) {
                            objects.reclaim(cpu, old);
                        }
                        if (i % 16 == 0) {
                            cpu.sleep(50_000);
                        }
                    }
                    cpu.store(done, 1);
                    if (how == Reclaim.CALL) {
                        rcu.barrier(cpu);
                        assertThat(objects.reclaimed).isEqualTo(updates);
                    }
                });
        engine.run();
        return poisoned.snapshot();
    }

    /// A pointer and what it points to: rows of a slab, reused through a free list.
    private static final class Objects implements Rcu.Callback {
        private static final long POISON = 0xdeadL;
        private static final int ROW = 8;
        private static final int ROWS = 2_048;

        private final long[] pointer = new long[1];
        private final long[] rows = new long[ROW * ROWS];
        private final QueuedSpinLock lock = new QueuedSpinLock(LockClass.ZONE_LOCK);
        private final int[] free = new int[ROWS];
        private int frees;
        int reclaimed;

        Objects() {
            for (int row = 1; row < ROWS; row++) {
                free[frees++] = row;
            }
        }

        boolean read(Cpu cpu) {
            int row = (int) cpu.load(pointer, 0);
            for (int i = 0; i < ROW; i++) {
                cpu.chargeNanos(50);
                if (cpu.load(rows, row * ROW + i) == POISON) {
                    return false;
                }
            }
            return true;
        }

        int replace(Cpu cpu) {
            lock.lock(cpu);
            int row = free[--frees];
            lock.unlock(cpu);
            for (int i = 0; i < ROW; i++) {
                cpu.store(rows, row * ROW + i, row);
            }
            return (int) cpu.swap(pointer, 0, row);
        }

        @Override
        public void reclaim(Cpu cpu, long row) {
            for (int i = 0; i < ROW; i++) {
                cpu.store(rows, (int) row * ROW + i, POISON);
            }
            lock.lock(cpu);
            free[frees++] = (int) row;
            reclaimed++;
            lock.unlock(cpu);
        }
    }

    @Test
    void gracePeriodTakesItsTimeAndWaitsForTheSection() {
        Engine engine = EngineKind.VIRTUAL.create(1);
        Rcu rcu = Rcu.start(engine);
        List<String> order = new ArrayList<>();
        long[] took = new long[2];
        EngineKind.spawnArmed(
                engine,
                "reader",
                cpu -> {
                    rcu.readLock(cpu);
                    rcu.readLock(cpu);
                    rcu.readUnlock(cpu);
                    cpu.chargeNanos(40_000_000);
                    cpu.step();
                    order.add("section ends");
                    rcu.readUnlock(cpu);
                });
        EngineKind.spawnArmed(
                engine,
                "updater",
                cpu -> {
                    cpu.sleep(1_000);
                    long from = cpu.now();
                    rcu.synchronize(cpu);
                    order.add("grace period ends");
                    took[0] = cpu.now() - from;
                    from = cpu.now();
                    rcu.synchronizeExpedited(cpu);
                    took[1] = cpu.now() - from;
                });
        engine.run();
        assertThat(order).containsExactly("section ends", "grace period ends");
        assertThat(took[0]).isBetween(40_000_000L - 1_000, 42_000_000L);
        assertThat(took[1]).isBetween(80_000L, 90_000L);
    }

    @Test
    void aLongQueueExpeditesItsPeriod() {
        Engine engine = EngineKind.VIRTUAL.create(1);
        Rcu rcu = Rcu.start(engine);
        Word ran = new Word();
        long[] took = new long[1];
        EngineKind.spawnArmed(
                engine,
                "caller",
                cpu -> {
                    long from = cpu.now();
                    for (int i = 0; i <= 2 * Rcu.BACKLOG; i++) {
                        rcu.call(cpu, (c, arg) -> c.fetchAdd(ran, arg), 1);
                    }
                    cpu.block(ran, -1, 2L * Rcu.BACKLOG + 1);
                    took[0] = cpu.now() - from;
                });
        engine.run();
        assertThat(took[0]).isLessThan(16_000_000);
    }

    @Test
    void srcuSectionsSleepAndNest() {
        Engine engine = EngineKind.VIRTUAL.create(1);
        Srcu srcu = new Srcu(LockClass.KVM_SRCU);
        List<String> order = new ArrayList<>();
        EngineKind.spawnArmed(
                engine,
                "reader",
                cpu -> {
                    int outer = srcu.readLock(cpu);
                    cpu.sleep(3_000_000);
                    int inner = srcu.readLock(cpu);
                    srcu.readUnlock(cpu, outer);
                    order.add("outer ends");
                    cpu.sleep(3_000_000);
                    order.add("inner ends");
                    srcu.readUnlock(cpu, inner);
                });
        EngineKind.spawnArmed(
                engine,
                "updater",
                cpu -> {
                    cpu.sleep(10_000);
                    srcu.synchronizeExpedited(cpu);
                    order.add("synchronized");
                });
        engine.run();
        // The section that began after the flip is in the other set and is not waited for.
        assertThat(order).containsExactly("outer ends", "synchronized", "inner ends");
    }

    @Test
    void aSectionThatNeverEndsHoldsThePeriod() {
        Engine engine =
                new VirtualEngine(
                        CostModel.named("x86-server"),
                        VirtualOptions.seed(1).withHang(1_000_000_000));
        Rcu rcu = Rcu.start(engine);
        Word never = new Word();
        engine.spawn(
                "reader",
                cpu -> {
                    cpu.lockDep = null; // sleeps in a section, on purpose
                    rcu.readLock(cpu);
                    cpu.block(never, -1, 1);
                });
        engine.spawn(
                "updater",
                cpu -> {
                    cpu.sleep(1_000);
                    rcu.synchronize(cpu);
                });
        assertThatThrownBy(engine::run).isInstanceOf(Engine.Deadlock.class);
    }
}
