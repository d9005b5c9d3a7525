package org.gleaner.pagetable;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.SplittableRandom;

/// One entry, several actors, no luck needed: on threads and in virtual time.
class SpteRaceTest {
    private static final int WRITE_ALLOWED = SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE;

    private final long[] word = new long[1];

    private static int rounds(Machine machine) {
        return machine == Machine.THREADS ? 40_000 : 3_000;
    }

    /// I4: between a zap and the next install nobody turns the empty entry into anything else.
    @ParameterizedTest
    @EnumSource
    void zappedStaysZapped(Machine machine) {
        for (SpteFormat f :
                new SpteFormat[] {SpteFormat.EPT, SpteFormat.EPT_NO_AD, SpteFormat.NPT}) {
            word[0] = f.empty;
            Word stop = new Word();
            machine.run(
                    4,
                    cpu -> zapAndInstall(cpu, f, rounds(machine), stop),
                    cpu -> walker(cpu, f, stop, EntryFormat.WRITE),
                    cpu -> ager(cpu, f, stop),
                    cpu -> fastFault(cpu, f, stop));
        }
    }

    private void zapAndInstall(Cpu cpu, SpteFormat f, int rounds, Word stop) {
        for (int n = 1; n <= rounds; n++) {
            cpu.store(word, 0, f.makeLeaf(n, 1, WRITE_ALLOWED | n & SpteFormat.PREFETCH));
            cpu.chargeNanos(300);
            long old = cpu.load(word, 0);
            long gone = Spte.setExclusive(cpu, f, word, 0, 1, old, f.empty);
            assertThat(f.pfn(gone)).isEqualTo(n);
            assertThat(f.isLegal(gone)).isTrue();
            for (int look = 0; look < 5; look++) {
                assertThat(cpu.load(word, 0)).as("round %d", n).isEqualTo(f.empty);
                cpu.chargeNanos(50);
            }
        }
        cpu.store(stop, 1);
    }

    private void walker(Cpu cpu, EntryFormat f, Word stop, int access) {
        while (cpu.load(stop) == 0) {
            HardwareWalk.touch(cpu, f, word, 0, access);
            cpu.chargeNanos(40);
        }
    }

    private void ager(Cpu cpu, SpteFormat f, Word stop) {
        SplittableRandom random = new SplittableRandom(cpu.id);
        while (cpu.load(stop) == 0) {
            long old = cpu.load(word, 0);
            if (random.nextBoolean()) {
                Spte.age(cpu, f, word, 0, old);
            } else {
                Spte.ageBlind(cpu, f, word, 0, old);
            }
            cpu.chargeNanos(60);
        }
    }

    private void fastFault(Cpu cpu, SpteFormat f, Word stop) {
        while (cpu.load(stop) == 0) {
            long old = cpu.load(word, 0);
            if (f.isPresent(old)) {
                long update = f.isAccessTracked(old) ? f.restoreAccessTrack(old) | f.accessed : old;
                update |= f.isMmuWritable(update) ? SpteFormat.WRITE_BIT : 0;
                if (update != old) {
                    Spte.setAtomic(cpu, f, word, 0, 1, old, update);
                }
            }
            cpu.chargeNanos(70);
        }
    }

    /// I3: every write that went through is either still in D, or was collected after it.
    @ParameterizedTest
    @EnumSource
    void dirtyIsNeverLost(Machine machine) {
        SpteFormat f = SpteFormat.EPT;
        word[0] = f.makeLeaf(1, 1, WRITE_ALLOWED);
        Word stop = new Word();
        Word collected = new Word();
        machine.run(
                5,
                cpu -> {
                    for (int n = 0; n < rounds(machine); n++) {
                        long before = cpu.load(collected);
                        int outcome = HardwareWalk.touch(cpu, f, word, 0, EntryFormat.WRITE);
                        boolean kept = outcome != HardwareWalk.HIT || f.isDirty(cpu.load(word, 0));
                        if (!kept) {
                            assertThat(cpu.awaitChange(collected, before)).isGreaterThan(before);
                        }
                        cpu.chargeNanos(30);
                    }
                    cpu.store(stop, 1);
                },
                cpu -> {
                    SplittableRandom random = new SplittableRandom(5);
                    while (cpu.load(stop) == 0) {
                        collectDirty(cpu, f, random.nextBoolean(), collected);
                        cpu.chargeNanos(90);
                    }
                    cpu.fetchAdd(collected, 1);
                },
                cpu -> ager(cpu, f, stop),
                cpu -> fastFault(cpu, f, stop));
    }

    /// The dirty log, as the holder of the lock for write runs it: D is cleared, or W is taken
    /// away.
    private void collectDirty(Cpu cpu, SpteFormat f, boolean protect, Word collected) {
        long old = cpu.load(word, 0);
        cpu.chargeNanos(20);
        long mask = f.dirty | (protect ? SpteFormat.WRITE_BIT : 0);
        long was = Spte.clearBitsExclusive(cpu, f, word, 0, 1, old, mask);
        if (f.isDirty(was)) {
            cpu.fetchAdd(collected, 1);
        }
    }

    /// I12 and I1: of concurrent agers at least one reports an access, and an access after both is
    /// seen by the next.
    @ParameterizedTest
    @EnumSource
    void everyAccessIsReportedByAnAger(Machine machine) {
        SpteFormat f = SpteFormat.NPT;
        word[0] = f.makeLeaf(1, 1, WRITE_ALLOWED | SpteFormat.PREFETCH);
        Word turn = new Word();
        Word reports = new Word();
        int rounds = rounds(machine);
        machine.run(
                6,
                cpu -> {
                    for (long n = 0; n < rounds; n++) {
                        long before = cpu.load(reports);
                        assertThat(HardwareWalk.touch(cpu, f, word, 0, EntryFormat.READ)).isZero();
                        cpu.fetchAdd(turn, 1);
                        cpu.await(turn, -1, 3 * n + 3);
                        assertThat(f.isAccessed(cpu.load(word, 0))).isFalse();
                        assertThat(cpu.load(reports) - before).isBetween(1L, 2L);
                    }
                },
                cpu -> ageInTurn(cpu, f, rounds, turn, reports),
                cpu -> ageInTurn(cpu, f, rounds, turn, reports));
    }

    private void ageInTurn(Cpu cpu, SpteFormat f, int rounds, Word turn, Word reports) {
        for (long n = 0; n < rounds; n++) {
            long now = cpu.load(turn);
            while (now < 3 * n + 1) {
                now = cpu.awaitChange(turn, now);
            }
            if (Spte.ageBlind(cpu, f, word, 0, cpu.load(word, 0))) {
                cpu.fetchAdd(reports, 1);
            }
            cpu.fetchAdd(turn, 1);
        }
    }
}
