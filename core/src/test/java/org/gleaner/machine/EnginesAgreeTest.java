package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same program on all engines: where operations commute, the final memory must be equal.
@Timeout(120)
final class EnginesAgreeTest {
    private static final CostModel X86 = CostModel.named("x86-server");
    private static final int ACTORS = 6;
    private static final int OPS = 2_000;

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void commutingProgramsLeaveTheSameMemory(long seed) {
        List<Long> virtual = run(new VirtualEngine(X86, VirtualOptions.seed(seed)), seed);
        List<Long> otherTies = run(new VirtualEngine(X86, VirtualOptions.seed(-seed)), seed);
        List<Long> fallback =
                run(
                        new VirtualEngine(
                                X86,
                                VirtualOptions.seed(seed)
                                        .withCoroutines(Coroutines.VIRTUAL_THREAD)),
                        seed);
        List<Long> loose =
                run(new VirtualEngine(X86, VirtualOptions.seed(seed).withSlabSlack(10_000)), seed);
        List<Long> threads = run(new ThreadEngine(X86), seed);
        assertThat(otherTies).isEqualTo(virtual);
        assertThat(fallback).isEqualTo(virtual);
        assertThat(loose).isEqualTo(virtual);
        assertThat(threads).isEqualTo(virtual);
    }

    /// Additions, sets of bits, locked plain additions, tokens passed by block, and a meeting at
    /// the end.
    private static List<Long> run(Engine engine, long seed) {
        Word[] words = {new Word(), new Word(), new Word()};
        Word lock = new Word();
        Word tokens = new Word(1);
        Word arrived = new Word();
        long[] slab = new long[16];
        long[] guarded = new long[2];
        for (int a = 0; a < ACTORS; a++) {
            engine.spawn(
                    "a" + a,
                    cpu -> {
                        SplittableRandom random = new SplittableRandom(seed * 131 + cpu.id);
                        for (int i = 0; i < OPS; i++) {
                            int x = random.nextInt(1_000);
                            switch (random.nextInt(9)) {
                                case 0 -> cpu.fetchAdd(words[0], x);
                                case 1 -> cpu.fetchOr(words[1], 1L << (x & 63));
                                case 2 -> cpu.fetchAdd(slab, x & 7, x);
                                case 3 -> cpu.fetchOr(slab, 8 + (x & 3), 1L << (x & 63));
                                case 4 -> addByCas(cpu, slab, 12, x);
                                case 5 -> addByCas(cpu, words[2], x);
                                case 6 -> {
                                    while (!cpu.cas(lock, 0, 1)) {
                                        cpu.await(lock, -1, 0);
                                    }
                                    guarded[0] += x;
                                    cpu.store(lock, 0);
                                }
                                case 7 -> {
                                    while (!cpu.cas(tokens, 1, 0)) {
                                        cpu.block(tokens, -1, 1);
                                    }
                                    guarded[1] += x;
                                    cpu.charge(Cost.ZERO_PAGE);
                                    cpu.swap(tokens, 1);
                                }
                                default -> {
                                    cpu.chargeNanos(x);
                                    cpu.step();
                                }
                            }
                        }
                        cpu.fetchAdd(arrived, 1);
                        cpu.block(arrived, -1, ACTORS);
                    });
        }
        engine.run();
        List<Long> memory = new ArrayList<>();
        for (Word w : words) {
            memory.add(w.snapshot());
        }
        memory.add(guarded[0]);
        memory.add(guarded[1]);
        memory.add(arrived.snapshot());
        for (long v : slab) {
            memory.add(v);
        }
        return memory;
    }

    private static void addByCas(Cpu cpu, long[] slab, int i, long x) {
        long old;
        do {
            old = cpu.load(slab, i);
        } while (!cpu.cas(slab, i, old, old + x));
    }

    private static void addByCas(Cpu cpu, Word w, long x) {
        long old;
        do {
            old = cpu.load(w);
        } while (!cpu.cas(w, old, old + x));
    }
}
