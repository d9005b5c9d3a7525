package org.gleaner.kvm.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.Machine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// One entry and several actors, on threads and in virtual time.
///
/// Every actor pauses at random, so that in virtual time each seed is another interleaving of the
/// same steps. A run ends after so many rounds, or after [#LIMIT_NANOS] on a busy machine.
@Tag("long")
class SpteRaceTest {
    private static final int WRITE_ALLOWED = SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE;
    private static final int ROUNDS = 6_000;
    private static final int THREAD_ROUNDS = 300_000;
    private static final long LIMIT_NANOS = 1_000_000_000L;

    /// Ends a run.
    private static final long OVER = -1;

    private final long[] word = new long[1];
    private final Word state = new Word();

    private static int rounds(Machine machine) {
        return machine == Machine.THREADS ? THREAD_ROUNDS : ROUNDS;
    }

    private static void pause(Cpu cpu, SplittableRandom random, int most) {
        cpu.chargeNanos(random.nextInt(most));
    }

    private boolean isOver(Cpu cpu) {
        return cpu.load(state) == OVER;
    }

    /// I4: between a zap and the next install nobody turns the empty entry into anything else.
    @ParameterizedTest
    @MethodSource
    void zappedStaysZapped(Machine machine, SpteFormat f) {
        word[0] = f.empty;
        machine.run(
                4,
                cpu -> zapAndInstall(cpu, f, rounds(machine)),
                cpu -> write(cpu, f),
                cpu -> age(cpu, f),
                cpu -> fastFault(cpu, f));
    }

    static Stream<Arguments> zappedStaysZapped() {
        return Stream.of(Machine.values())
                .flatMap(m -> SpteFormatTest.formats().map(f -> Arguments.of(m, f)));
    }

    /// I4 for the walker alone, with nobody else to slow it down: each round it has one A and one D
    /// to set, and the zap comes at any time.
    @Test
    void walkerNeverWritesToAZappedEntry() {
        SpteFormat f = SpteFormat.NPT;
        long leaf = f.makeLeaf(7, 1, WRITE_ALLOWED | SpteFormat.PREFETCH) & ~f.dirty;
        word[0] = f.empty;
        Machine.THREADS.run(
                7,
                cpu -> {
                    SplittableRandom random = new SplittableRandom(70);
                    for (int n = 0; n < 10 * THREAD_ROUNDS && cpu.now() < LIMIT_NANOS; n++) {
                        boolean stillEmpty = cpu.cas(word, 0, f.empty, leaf);
                        assertThat(stillEmpty).as("round %d", n).isTrue();
                        for (int spin = random.nextInt(64); spin > 0; spin--) {
                            Thread.onSpinWait();
                        }
                        cpu.swap(word, 0, f.empty);
                        for (int spin = random.nextInt(64); spin > 0; spin--) {
                            Thread.onSpinWait();
                        }
                    }
                    cpu.store(state, OVER);
                },
                cpu -> {
                    while (!isOver(cpu)) {
                        HardwareWalk.touch(cpu, f, word, 0, EntryFormat.WRITE);
                    }
                });
    }

    private void zapAndInstall(Cpu cpu, SpteFormat f, int rounds) {
        SplittableRandom random = new SplittableRandom(40);
        for (int n = 1; n <= rounds && cpu.now() < LIMIT_NANOS; n++) {
            int flags = WRITE_ALLOWED | (random.nextBoolean() ? SpteFormat.PREFETCH : 0);
            assertThat(cpu.cas(word, 0, f.empty, f.makeLeaf(n, 1, flags)))
                    .as("round %d", n)
                    .isTrue();
            pause(cpu, random, 200);
            long old = cpu.load(word, 0);
            long gone = Spte.setExclusive(cpu, f, word, 0, 1, old, f.empty);
            assertThat(f.pfn(gone)).isEqualTo(n);
            assertThat(f.isLegal(gone)).isTrue();
            for (int look = 0; look < 3; look++) {
                pause(cpu, random, 60);
                assertThat(cpu.load(word, 0)).as("round %d", n).isEqualTo(f.empty);
            }
        }
        cpu.store(state, OVER);
    }

    private void write(Cpu cpu, SpteFormat f) {
        SplittableRandom random = new SplittableRandom(41);
        while (!isOver(cpu)) {
            HardwareWalk.touch(cpu, f, word, 0, EntryFormat.WRITE);
            pause(cpu, random, 20);
        }
    }

    private void age(Cpu cpu, SpteFormat f) {
        SplittableRandom random = new SplittableRandom(42);
        while (!isOver(cpu)) {
            long old = cpu.load(word, 0);
            pause(cpu, random, 20);
            if (random.nextBoolean()) {
                Spte.age(cpu, f, word, 0, old);
            } else {
                Spte.ageBlind(cpu, f, word, 0, old);
            }
            pause(cpu, random, 20);
        }
    }

    private void fastFault(Cpu cpu, SpteFormat f) {
        SplittableRandom random = new SplittableRandom(43);
        while (!isOver(cpu)) {
            long old = cpu.load(word, 0);
            pause(cpu, random, 20);
            if (f.isPresent(old)) {
                long update = f.isAccessTracked(old) ? f.restoreAccessTrack(old) | f.accessed : old;
                update |= f.isMmuWritable(update) ? SpteFormat.WRITE_BIT : 0;
                if (update != old) {
                    Spte.setAtomic(cpu, f, word, 0, 1, old, update);
                }
            }
        }
    }

    /// I3: whenever D is found clear after a write, it was reported to the one who cleared it.
    ///
    /// There is one writer. After a write it waits until nothing is being collected; then either D
    /// is still set, or the number of dirty reports has grown since before the write.
    @ParameterizedTest
    @EnumSource
    void dirtyIsNeverLost(Machine machine) {
        SpteFormat f = SpteFormat.EPT;
        word[0] = f.makeLeaf(1, 1, WRITE_ALLOWED);
        Word collecting = new Word();
        Word reports = new Word();
        machine.run(
                5,
                cpu -> {
                    SplittableRandom random = new SplittableRandom(50);
                    for (int n = 0; n < rounds(machine) && cpu.now() < LIMIT_NANOS; n++) {
                        cpu.await(collecting, 1, 0);
                        long before = cpu.load(reports);
                        pause(cpu, random, 100);
                        int outcome = HardwareWalk.touch(cpu, f, word, 0, EntryFormat.WRITE);
                        cpu.await(collecting, 1, 0);
                        if (outcome == HardwareWalk.HIT && !f.isDirty(cpu.load(word, 0))) {
                            // Whoever has just cleared it may not have reported it yet.
                            cpu.await(collecting, 1, 0);
                            assertThat(cpu.load(reports)).as("write %d", n).isGreaterThan(before);
                        }
                    }
                    cpu.store(state, OVER);
                },
                cpu -> collectDirty(cpu, f, collecting, reports),
                cpu -> age(cpu, f),
                cpu -> fastFault(cpu, f));
    }

    /// The dirty log, as the holder of the lock for write runs it: D is cleared, or W as well.
    private void collectDirty(Cpu cpu, SpteFormat f, Word collecting, Word reports) {
        SplittableRandom random = new SplittableRandom(51);
        while (!isOver(cpu)) {
            cpu.fetchAdd(collecting, 1);
            pause(cpu, random, 60);
            long mask = f.dirty | (random.nextBoolean() ? SpteFormat.WRITE_BIT : 0);
            if (f.isDirty(Spte.clearBitsExclusive(cpu, word, 0, mask))) {
                cpu.fetchAdd(reports, 1);
            }
            cpu.fetchAdd(collecting, 1);
            pause(cpu, random, 200);
        }
    }

    /// I12 and I1: of two concurrent agers at least one reports an access, after both the bit is
    /// clear, and the next access is seen by the next ager.
    @ParameterizedTest
    @EnumSource
    void everyAccessIsReportedByAnAger(Machine machine) {
        SpteFormat f = SpteFormat.NPT;
        word[0] = f.makeLeaf(1, 1, WRITE_ALLOWED | SpteFormat.PREFETCH);
        Word reports = new Word();
        machine.run(
                6,
                cpu -> {
                    for (long n = 0; n < rounds(machine) && cpu.now() < LIMIT_NANOS; n++) {
                        long before = cpu.load(reports);
                        assertThat(HardwareWalk.touch(cpu, f, word, 0, EntryFormat.READ)).isZero();
                        cpu.fetchAdd(state, 1);
                        cpu.await(state, -1, 3 * n + 3);
                        assertThat(f.isAccessed(cpu.load(word, 0))).isFalse();
                        assertThat(cpu.load(reports) - before).isBetween(1L, 2L);
                    }
                    cpu.store(state, OVER);
                },
                cpu -> ageInTurn(cpu, f, reports),
                cpu -> ageInTurn(cpu, f, reports));
    }

    private void ageInTurn(Cpu cpu, SpteFormat f, Word reports) {
        for (long n = 0; ; n++) {
            long now = cpu.load(state);
            while (now != OVER && now < 3 * n + 1) {
                now = cpu.awaitChange(state, now);
            }
            if (now == OVER) {
                return;
            }
            if (Spte.ageBlind(cpu, f, word, 0, cpu.load(word, 0))) {
                cpu.fetchAdd(reports, 1);
            }
            cpu.fetchAdd(state, 1);
        }
    }
}
