package org.gleaner.kvm.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.HookedCpu;
import org.gleaner.pagetable.Machine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The primitives one by one, with the race played by hand: the entry changes after the snapshot.
class SpteTest {
    private static final int ROUNDS = 20_000;
    private static final int WRITE_ALLOWED = SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE;

    private final long[] word = new long[1];

    static Stream<SpteFormat> formats() {
        return SpteFormatTest.formats();
    }

    /// I2: whatever is there now, an ager changes A, or tracks exactly the leaf it has seen.
    @ParameterizedTest
    @MethodSource("formats")
    void agersChangeNothingButAccessedOrTheTransform(SpteFormat f) {
        Machine.onOneCpu(cpu -> {
            SplittableRandom random = new SplittableRandom(2);
            for (int n = 0; n < ROUNDS; n++) {
                long old = SpteFormatTest.randomLeaf(f, random, 1);
                long now =
                        switch (random.nextInt(6)) {
                            case 0 -> SpteFormatTest.randomLeaf(f, random, 1);
                            case 1 -> f.empty;
                            case 2 -> SpteFormat.FROZEN;
                            case 3 -> f.makeTable(random.nextInt(1000));
                            default -> old;
                        };
                boolean blind = random.nextBoolean();
                word[0] = now;
                boolean young =
                        blind
                                ? Spte.ageBlind(cpu, f, word, 0, old)
                                : Spte.age(cpu, f, word, 0, old);
                assertThat(young).as("reported from the snapshot").isEqualTo(f.isAccessed(old));
                if (!young) {
                    assertThat(word[0]).isEqualTo(now);
                } else if (now == old) {
                    assertThat(word[0]).isEqualTo(f.markForAccessTrack(old));
                } else if (blind && f.isAdEnabled(old)) {
                    assertThat(word[0]).isEqualTo(now & ~f.accessed);
                } else {
                    assertThat(word[0]).as("a lost race leaves the entry alone").isEqualTo(now);
                }
                assertThat(f.isPresent(word[0])).as("I4").isEqualTo(f.isPresent(now));
            }
        });
    }

    /// I5, and the hazard that the frozen value of Linux 6.18 has.
    @ParameterizedTest
    @MethodSource("formats")
    void agersNeverThawAFrozenEntryUnlessItsValueHasAccessedSet(SpteFormat f) {
        Machine.onOneCpu(cpu -> {
            long snapshot = f.makeLeaf(77, 1, WRITE_ALLOWED);
            word[0] = SpteFormat.FROZEN;
            assertThat(Spte.ageBlind(cpu, f, word, 0, snapshot)).isTrue();
            assertThat(Spte.age(cpu, f, word, 0, snapshot)).isTrue();
            assertThat(f.isFrozen(word[0])).isTrue();

            SpteFormat linux = f.withFrozen(SpteFormat.FROZEN_LINUX_6_18);
            word[0] = linux.frozen;
            Spte.age(cpu, linux, word, 0, snapshot);
            assertThat(linux.isFrozen(word[0])).as("7.2 ages by compare-and-swap").isTrue();
            Spte.ageBlind(cpu, linux, word, 0, snapshot);
            assertThat(linux.isFrozen(word[0]))
                    .as("6.18 with A/D thaws")
                    .isEqualTo(f == SpteFormat.EPT_NO_AD);
            if (f != SpteFormat.EPT_NO_AD) {
                long thawed = word[0];
                assertThat(Spte.setAtomic(cpu, linux, word, 0, 1, thawed, snapshot))
                        .as("and a fault fills the detached table")
                        .isTrue();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void setExclusiveLosesNothingThatChangedMeanwhile(SpteFormat f) {
        Machine.onOneCpu(cpu -> {
            SplittableRandom random = new SplittableRandom(4);
            for (int n = 0; n < ROUNDS; n++) {
                long old = SpteFormatTest.randomLeaf(f, random, 1);
                long raced = old | f.dirty | f.accessed;
                word[0] = raced;
                long seen = Spte.setExclusive(cpu, f, word, 0, 1, old, f.empty);
                assertThat(word[0]).isEqualTo(f.empty);
                assertThat(seen).isEqualTo(raced);
                if (f.isWritable(old)) {
                    assertThat(f.isDirty(seen)).as("D set by hardware is never lost").isTrue();
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void clearBitsExclusiveKeepsWhatHardwareSet(SpteFormat f) {
        Machine.onOneCpu(cpu -> {
            long clean = f.makeLeaf(5, 1, WRITE_ALLOWED) & ~f.dirty;
            word[0] = clean | f.dirty;
            assertThat(Spte.clearBitsExclusive(cpu, word, 0, SpteFormat.WRITE_BIT))
                    .isEqualTo(clean | f.dirty);
            assertThat(word[0]).isEqualTo((clean | f.dirty) & ~SpteFormat.WRITE_BIT);
        });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void illegalChangesAreCaught(SpteFormat f) {
        Machine.onOneCpu(cpu -> {
            long leaf = f.makeLeaf(5, 1, WRITE_ALLOWED);
            long other = f.makeLeaf(6, 1, WRITE_ALLOWED);
            long readOnlyHost = f.makeLeaf(5, 1, 0);
            word[0] = leaf;
            assertThatThrownBy(() -> Spte.setAtomic(cpu, f, word, 0, 1, leaf, other))
                    .isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> Spte.setAtomic(cpu, f, word, 0, 1, leaf, readOnlyHost))
                    .isInstanceOf(AssertionError.class);
            assertThatThrownBy(
                            () -> Spte.setAtomic(cpu, f, word, 0, 1, leaf, leaf & ~f.mmuWritable))
                    .isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> Spte.setAtomic(cpu, f, word, 0, 1, f.frozen, leaf))
                    .isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> Spte.setExclusive(cpu, f, word, 0, 1, leaf, f.frozen))
                    .isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> Spte.setExclusive(cpu, f, word, 0, 1, f.empty, f.empty))
                    .isInstanceOf(AssertionError.class);
            assertThat(word[0]).isEqualTo(leaf);
        });
    }

    /// I14 with the write bit: only a write fault earns it again.
    @Test
    void trackedLeafComesBackReadableAndNotWritable() {
        SpteFormat f = SpteFormat.EPT_NO_AD;
        Machine.onOneCpu(cpu -> {
            long leaf = f.makeLeaf(9, 1, WRITE_ALLOWED);
            word[0] = leaf;
            assertThat(Spte.age(cpu, f, word, 0, leaf)).isTrue();
            assertThat(HardwareWalk.touch(cpu, f, word, 0, EntryFormat.READ))
                    .isEqualTo(HardwareWalk.FAULT_NOT_PRESENT);
            long restored = f.restoreAccessTrack(word[0]) | f.accessed;
            assertThat(Spte.setAtomic(cpu, f, word, 0, 1, word[0], restored)).isTrue();
            assertThat(HardwareWalk.touch(cpu, f, word, 0, EntryFormat.READ))
                    .isEqualTo(HardwareWalk.HIT);
            assertThat(HardwareWalk.touch(cpu, f, word, 0, EntryFormat.WRITE))
                    .isEqualTo(HardwareWalk.FAULT_PROTECTION);
            assertThat(restored | SpteFormat.WRITE_BIT).isEqualTo(leaf);
        });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void walkerSetsAccessedAndDirtyOnlyWherePermitted(SpteFormat f) {
        Machine.onOneCpu(cpu -> {
            SplittableRandom random = new SplittableRandom(8);
            for (int n = 0; n < ROUNDS; n++) {
                long old = SpteFormatTest.randomLeaf(f, random, 1);
                int access = random.nextInt(3);
                word[0] = old;
                int outcome = HardwareWalk.touch(cpu, f, word, 0, access);
                assertThat(outcome == HardwareWalk.HIT).isEqualTo(f.permits(old, access));
                long set = f.accessed | (access == EntryFormat.WRITE ? f.dirty : 0);
                boolean changes = outcome == HardwareWalk.HIT && f.hardwareAccessedDirty;
                assertThat(word[0]).isEqualTo(changes ? old | set : old);
                if (outcome != HardwareWalk.HIT) {
                    assertThat(outcome == HardwareWalk.FAULT_NOT_PRESENT)
                            .isEqualTo(f.isAccessTracked(old));
                }
            }
            for (long gone : new long[] {f.empty, f.frozen}) {
                word[0] = gone;
                assertThat(HardwareWalk.touch(cpu, f, word, 0, EntryFormat.WRITE))
                        .isEqualTo(HardwareWalk.FAULT_NOT_PRESENT);
                assertThat(word[0]).isEqualTo(gone);
            }
        });
    }

    /// I4 at the one point where it matters: the entry is zapped, frozen or made old between the
    /// walker's look and its write.
    @ParameterizedTest
    @MethodSource("formats")
    void walkerDecidesAgainWhenTheEntryChangesUnderIt(SpteFormat f) {
        if (!f.hardwareAccessedDirty) {
            return;
        }
        Machine.onOneCpu(real -> {
            HookedCpu cpu = new HookedCpu(real);
            long leaf = f.makeLeaf(7, 1, WRITE_ALLOWED) & ~(f.accessed | f.dirty);
            for (long gone : new long[] {f.empty, f.frozen}) {
                word[0] = leaf;
                cpu.beforeCas(() -> real.store(word, 0, gone));
                assertThat(HardwareWalk.touch(cpu, f, word, 0, EntryFormat.WRITE))
                        .isEqualTo(HardwareWalk.FAULT_NOT_PRESENT);
                assertThat(word[0]).isEqualTo(gone);
            }
            word[0] = leaf;
            cpu.beforeCas(() -> real.store(word, 0, leaf & ~SpteFormat.WRITE_BIT));
            assertThat(HardwareWalk.touch(cpu, f, word, 0, EntryFormat.WRITE))
                    .isEqualTo(HardwareWalk.FAULT_PROTECTION);
            assertThat(word[0]).isEqualTo(leaf & ~SpteFormat.WRITE_BIT);
            word[0] = leaf;
            cpu.beforeCas(() -> real.store(word, 0, leaf | f.accessed));
            assertThat(HardwareWalk.touch(cpu, f, word, 0, EntryFormat.WRITE)).isZero();
            assertThat(word[0]).isEqualTo(leaf | f.accessed | f.dirty);
        });
    }
}
