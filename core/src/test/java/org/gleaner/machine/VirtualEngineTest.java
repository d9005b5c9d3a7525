package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class VirtualEngineTest {
    private static final CostModel X86 = CostModel.named("x86-server");

    private static VirtualEngine engine(long seed) {
        return new VirtualEngine(X86, VirtualOptions.seed(seed));
    }

    private static VirtualEngine engine(long seed, Coroutines kind) {
        return new VirtualEngine(X86, VirtualOptions.seed(seed).withCoroutines(kind));
    }

    @ParameterizedTest
    @EnumSource(Coroutines.class)
    void mutationsHappenInNonDecreasingTime(Coroutines kind) {
        VirtualEngine engine = engine(1, kind);
        long[] slab = new long[1];
        List<Long> keys = new ArrayList<>();
        for (int a = 0; a < 16; a++) {
            long pace = 10 + 7L * a;
            engine.spawn(
                    "a" + a,
                    cpu -> {
                        for (int i = 0; i < 200; i++) {
                            cpu.chargeNanos(pace);
                            cpu.fetchAdd(slab, 0, 1);
                            keys.add(((VirtualCpu) cpu).key());
                        }
                    });
        }
        engine.run();
        assertThat(slab[0]).isEqualTo(3200);
        assertThat(keys).isSorted();
    }

    @Test
    void bothCoroutineBackEndsGiveTheSameTrace() {
        assertThat(ringHash(7, Coroutines.CONTINUATION))
                .isEqualTo(ringHash(7, Coroutines.CONTINUATION));
        assertThat(ringHash(7, Coroutines.CONTINUATION))
                .isEqualTo(ringHash(7, Coroutines.VIRTUAL_THREAD));
        assertThat(ringHash(7, Coroutines.CONTINUATION))
                .isNotEqualTo(ringHash(8, Coroutines.CONTINUATION));
    }

    private static long ringHash(long seed, Coroutines kind) {
        VirtualEngine engine = engine(seed, kind);
        Word baton = new Word();
        Word lock = new Word();
        for (int a = 0; a < 8; a++) {
            int me = a;
            engine.spawn(
                    "a" + a,
                    cpu -> {
                        for (int i = 0; i < 50; i++) {
                            cpu.await(baton, -1, i * 8 + me);
                            cpu.fetchAdd(baton, 1);
                            while (!cpu.cas(lock, 0, 1)) {
                                cpu.await(lock, -1, 0);
                            }
                            cpu.charge(Cost.MMU_INSTALL);
                            cpu.store(lock, 0);
                        }
                    });
        }
        engine.run();
        return engine.traceHash();
    }

    @Test
    void aThousandActorsTakeTurns() {
        VirtualEngine engine = engine(3);
        Word counter = new Word();
        for (int a = 0; a < 1024; a++) {
            engine.spawn(
                    "a" + a,
                    cpu -> {
                        for (int i = 0; i < 10; i++) {
                            cpu.chargeNanos(100);
                            cpu.fetchAdd(counter, 1);
                        }
                    });
        }
        engine.run();
        assertThat(counter.snapshot()).isEqualTo(10_240);
    }

    @Test
    void everyoneWaitingIsADeadlockThatNamesThem() {
        VirtualEngine engine = engine(1);
        Word never = new Word(5);
        engine.spawn("left", cpu -> cpu.await(never, 0xff, 6));
        engine.spawn("right", cpu -> cpu.block(never, -1, 7));
        assertThatThrownBy(engine::run)
                .isInstanceOf(Engine.Deadlock.class)
                .hasMessageContaining("left spins until word & ff == 6 (it is 5")
                .hasMessageContaining("right sleeps until");
    }

    @Test
    void daemonsStopWhenNoSpawnedActorIsLeft() {
        VirtualEngine engine = engine(1);
        List<String> log = new ArrayList<>();
        engine.daemon(
                "d",
                cpu -> {
                    try {
                        for (; ; ) {
                            cpu.sleep(1000);
                            log.add("tick");
                        }
                    } finally {
                        log.add("end");
                    }
                });
        engine.spawn("a", cpu -> cpu.sleep(3500));
        engine.run();
        assertThat(log).containsExactly("tick", "tick", "tick", "end");
    }

    @Test
    void aDaemonAtWorkIsToldToStop() {
        VirtualEngine engine = engine(1);
        engine.daemon(
                "d",
                cpu -> {
                    while (!cpu.shouldStop()) {
                        cpu.chargeNanos(1000);
                        cpu.step();
                    }
                });
        engine.spawn(
                "a",
                cpu -> {
                    cpu.sleep(3500);
                    assertThat(cpu.shouldStop()).isFalse();
                });
        engine.run();
        assertThat(engine.cpus().getFirst().now()).isBetween(3500L, 6500L);
    }

    @Test
    void aFailureComesOutWithTheNameOfItsActor() {
        VirtualEngine engine = engine(1);
        Word never = new Word();
        engine.spawn("waiter", cpu -> cpu.await(never, -1, 1));
        engine.spawn(
                "culprit",
                cpu -> {
                    throw new IllegalArgumentException("no");
                });
        assertThatThrownBy(engine::run)
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(t ->
                        assertThat(t.getSuppressed()[0]).hasMessageContaining("in actor culprit"));
    }
}
