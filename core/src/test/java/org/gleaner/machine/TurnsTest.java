package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// Turns in virtual time: the same events as code on a stack, without the stack.
final class TurnsTest {
    private static final int CPUS = 16;
    private static final int ROUNDS = 200;

    private final Word word = new Word();

    @Test
    void turnsAreTheEventsOfCodeOnAStack() {
        VirtualEngine stack = run(false);
        VirtualEngine turns = run(true);
        assertThat(turns.traceHash()).isEqualTo(stack.traceHash());
        assertThat(turns.switches()).isEqualTo(stack.switches());
        assertThat(turns.resumes()).isLessThan(stack.resumes() / 2);
    }

    /// Each CPU takes a test-and-set lock, adds to a counter by a load and a store, and gives it
    /// up.
    private static VirtualEngine run(boolean turns) {
        VirtualEngine engine = engine();
        Word lock = new Word();
        Word counter = new Word();
        for (int c = 0; c < CPUS; c++) {
            engine.spawn(
                    "cpu" + c,
                    cpu -> {
                        for (int i = 0; i < ROUNDS; i++) {
                            cpu.chargeNanos(300 + 7 * (cpu.id + i) % 100);
                            if (turns) {
                                cpu.perform(new Adding(lock, counter));
                            } else {
                                while (!cpu.cas(lock, 0, 1)) {
                                    cpu.await(lock, -1, 0);
                                }
                                cpu.store(counter, cpu.load(counter) + 1);
                                cpu.store(lock, 0);
                            }
                        }
                    });
        }
        engine.run();
        assertThat(counter.snapshot()).isEqualTo(CPUS * ROUNDS);
        return engine;
    }

    /// Steps on slab words, with private work between them, which may read the clock.
    @Test
    void turnsOnSlabWordsAreTheEventsOfCodeOnAStack() {
        VirtualEngine stack = runOnSlab(false);
        VirtualEngine turns = runOnSlab(true);
        assertThat(turns.traceHash()).isEqualTo(stack.traceHash());
        assertThat(turns.switches()).isEqualTo(stack.switches());
        assertThat(turns.resumes()).isLessThan(stack.resumes() / 2);
    }

    /// Each CPU counts up a slab word until it has seen it at a multiple of seven.
    private static VirtualEngine runOnSlab(boolean turns) {
        VirtualEngine engine = engine();
        long[] slab = new long[1];
        for (int c = 0; c < CPUS; c++) {
            engine.spawn(
                    "cpu" + c,
                    cpu -> {
                        for (int i = 0; i < ROUNDS; i++) {
                            cpu.chargeNanos(300 + 7 * (cpu.id + i) % 100);
                            if (turns) {
                                cpu.perform(new Counting(slab));
                            } else {
                                while ((cpu.fetchAdd(slab, 0, 1) + cpu.now()) % 7 != 0) {
                                    cpu.chargeNanos(11);
                                }
                            }
                        }
                    });
        }
        engine.run();
        return engine;
    }

    private static final class Counting extends SlabTurns {
        private final long[] slab;

        Counting(long[] slab) {
            this.slab = slab;
        }

        @Override
        protected boolean step(Cpu cpu) {
            if ((cpu.fetchAdd(slab, 0, 1) + cpu.now()) % 7 == 0) {
                return false;
            }
            cpu.chargeNanos(11);
            return true;
        }
    }

    @Test
    void turnsWithinATurnFail() {
        VirtualEngine engine = engine();
        long[] slab = new long[1];
        for (int c = 0; c < CPUS; c++) {
            engine.spawn(
                    "cpu" + c,
                    cpu ->
                            cpu.perform(
                                    new SlabTurns() {
                                        @Override
                                        protected boolean step(Cpu turning) {
                                            turning.fetchAdd(slab, 0, 1);
                                            turning.perform(new Counting(slab));
                                            return false;
                                        }
                                    }));
        }
        assertThatThrownBy(engine::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("turns within a turn");
    }

    @Test
    void whatATurnThrowsIsThrownWhereTheTurnsWereBegun() {
        VirtualEngine engine = engine();
        Word caught = new Word();
        for (int c = 0; c < CPUS; c++) {
            engine.spawn(
                    "cpu" + c,
                    cpu -> {
                        for (int i = 0; i < ROUNDS; i++) {
                            cpu.chargeNanos(50);
                            assertThatThrownBy(() -> cpu.perform(new Failing()))
                                    .hasMessage("on purpose");
                            cpu.fetchAdd(caught, 1);
                        }
                    });
        }
        engine.run();
        assertThat(caught.snapshot()).isEqualTo(CPUS * ROUNDS);
    }

    @Test
    void aTurnIsOneStep() {
        VirtualEngine engine = engine();
        for (int c = 0; c < 2; c++) {
            engine.spawn("cpu" + c, cpu -> cpu.perform(new Greedy()));
        }
        assertThatThrownBy(engine::run).hasMessageContaining("a second ordered step");
    }

    @Test
    void turnsThatNobodyEndsAreADeadlock() {
        VirtualEngine engine = engine();
        engine.spawn("held", cpu -> cpu.perform(new Adding(new Word(1), word)));
        assertThatThrownBy(engine::run)
                .isInstanceOf(Engine.Deadlock.class)
                .hasMessageContaining("held spins");
    }

    private static VirtualEngine engine() {
        return new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(1));
    }

    private static final class Adding extends Turns {
        private final Word lock;
        private final Word counter;
        private int at;
        private long loaded;

        Adding(Word lock, Word counter) {
            this.lock = lock;
            this.counter = counter;
        }

        @Override
        Word word() {
            return at == 2 || at == 3 ? counter : lock;
        }

        @Override
        boolean reads() {
            return at == 1 || at == 2;
        }

        @Override
        boolean stores() {
            return at > 2;
        }

        @Override
        boolean turn(Cpu cpu) {
            switch (at) {
                case 0 -> at = cpu.cas(lock, 0, 1) ? 2 : 1;
                case 1 -> at = cpu.awaits(this, lock, -1, 0) ? 0 : 1;
                case 2 -> {
                    loaded = cpu.load(counter);
                    at = 3;
                }
                case 3 -> {
                    cpu.store(counter, loaded + 1);
                    at = 4;
                }
                default -> {
                    cpu.store(lock, 0);
                    return false;
                }
            }
            return true;
        }
    }

    /// Changes the one word.
    private abstract class OnTheWord extends Turns {
        @Override
        Word word() {
            return word;
        }

        @Override
        boolean reads() {
            return false;
        }
    }

    private final class Failing extends OnTheWord {
        private boolean again;

        @Override
        boolean turn(Cpu cpu) {
            if (again) {
                throw new IllegalStateException("on purpose");
            }
            cpu.fetchAdd(word, 1);
            again = true;
            return true;
        }
    }

    private final class Greedy extends OnTheWord {
        @Override
        boolean turn(Cpu cpu) {
            for (int i = 0; i < 10; i++) {
                cpu.fetchAdd(word, 1);
            }
            return true;
        }
    }
}
