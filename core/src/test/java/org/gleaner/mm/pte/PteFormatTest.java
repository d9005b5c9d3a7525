package org.gleaner.mm.pte;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gleaner.mm.OneCpu;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PteFormatTest {
    private static final PteFormat PTE = PteFormat.X86_64;

    @Test
    void bitsAreThoseOfTheManual() {
        assertThat(
                        PTE.makeLeaf(
                                0x1234,
                                1,
                                PteFormat.WRITABLE | PteFormat.ACCESSED | PteFormat.DIRTY))
                .isEqualTo(0x1234067L);
        assertThat(PTE.makeLeaf(0x200, 2, 0)).isEqualTo(0x200085L);
        assertThat(PTE.makeTable(3)).isEqualTo(0x3027L);
        assertThat(PteFormat.NONE).isZero();
        assertThat(PTE.accessed).isEqualTo(1L << 5);
        assertThat(PTE.dirty).isEqualTo(1L << 6);
    }

    @Test
    void swapEntriesRoundTripAndAreNeitherPresentNorNone() {
        SplittableRandom random = new SplittableRandom(5);
        for (int n = 0; n < 20_000; n++) {
            int type = random.nextInt(PteFormat.MAX_SWAP_TYPE + 1);
            long slot = random.nextInt(8) == 0 ? 0 : random.nextLong(1L << 40);
            long pte = PTE.makeSwap(type, slot);
            assertThat(PTE.isSwap(pte)).isTrue();
            assertThat(PTE.isPresent(pte)).isFalse();
            assertThat(PTE.isNone(pte)).isFalse();
            assertThat(PTE.swapType(pte)).isEqualTo(type);
            assertThat(PTE.swapSlot(pte)).isEqualTo(slot);
            assertThat(PTE.permits(pte, EntryFormat.READ)).isFalse();
        }
        assertThat(PTE.isSwap(PteFormat.NONE)).isFalse();
        assertThat(PTE.isSwap(PTE.makeLeaf(7, 1, PteFormat.SPECIAL))).isFalse();
    }

    @Test
    void operationsChangeTheirBitOnly() {
        SplittableRandom random = new SplittableRandom(6);
        long all =
                PteFormat.WRITABLE
                        | PteFormat.ACCESSED
                        | PteFormat.DIRTY
                        | PteFormat.SPECIAL
                        | PteFormat.SHARED
                        | PteFormat.SOFT_2;
        for (int n = 0; n < 20_000; n++) {
            long pte = PTE.makeLeaf(random.nextLong(1L << 40), 1, random.nextLong() & all);
            assertThat(PTE.young(PTE.old(pte))).isEqualTo(pte | PteFormat.ACCESSED);
            assertThat(PTE.old(pte)).isEqualTo(pte & ~PteFormat.ACCESSED);
            assertThat(PTE.clean(pte)).isEqualTo(pte & ~PteFormat.DIRTY);
            assertThat(PTE.dirty(pte)).isEqualTo(pte | PteFormat.DIRTY);
            assertThat(PTE.readOnly(pte)).isEqualTo(pte & ~PteFormat.WRITABLE);
            assertThat(PTE.writable(pte)).isEqualTo(pte | PteFormat.WRITABLE);
            assertThat(PTE.permits(pte, EntryFormat.READ)).isTrue();
            assertThat(PTE.permits(pte, EntryFormat.WRITE)).isEqualTo(PTE.isWritable(pte));
        }
    }

    static Stream<PteFormat> formats() {
        return Stream.of(
                PTE,
                HostPaging.arm64(12).format(),
                HostPaging.arm64(14).format(),
                HostPaging.arm64(16).format());
    }

    /// Whatever the bits, flags are kept: what is set is there, what is cleared is not, and nothing
    /// else changes, dirty least of all.
    @ParameterizedTest
    @MethodSource("formats")
    void flagsAreASetWhateverTheBits(PteFormat format) {
        SplittableRandom random = new SplittableRandom(8);
        long[] each = {
            PteFormat.WRITABLE,
            PteFormat.ACCESSED,
            PteFormat.DIRTY,
            PteFormat.SPECIAL,
            PteFormat.SHARED,
            PteFormat.SOFT_2
        };
        OneCpu.run(cpu -> {
            for (int n = 0; n < 500; n++) {
                long pfn = random.nextLong(1L << 32);
                int level = 1 + random.nextInt(2);
                long[] words = {format.makeLeaf(pfn, level, 0)};
                long flags = 0;
                for (int step = 0; step < 40; step++) {
                    long some = each[random.nextInt(6)];
                    some |= each[random.nextInt(6)];
                    if (random.nextInt(4) == 0) {
                        int access = random.nextInt(2);
                        boolean passes = access == EntryFormat.READ || format.isWritable(words[0]);
                        assertThat(HardwareWalk.touch(cpu, format, words, 0, level, access))
                                .isEqualTo(
                                        passes ? HardwareWalk.HIT : HardwareWalk.FAULT_PROTECTION);
                        flags |= passes ? PteFormat.ACCESSED : 0;
                        flags |= passes && access == EntryFormat.WRITE ? PteFormat.DIRTY : 0;
                        long hit = access == EntryFormat.WRITE ? format.writeHit : format.readHit;
                        assertThat(((words[0] ^ format.inverted) & hit) == hit).isEqualTo(passes);
                    } else if (random.nextBoolean()) {
                        Pte.set(cpu, format, words, 0, some);
                        flags |= some;
                    } else {
                        Pte.clear(cpu, format, words, 0, some);
                        flags &= ~some;
                    }
                    assertThat(format.flags(words[0])).isEqualTo(flags);
                    assertThat(format.isDirty(words[0])).isEqualTo((flags & PteFormat.DIRTY) != 0);
                    assertThat(format.pfn(words[0])).isEqualTo(pfn);
                    assertThat(format.isLeaf(words[0], level)).isTrue();
                    assertThat(format.isAccessible(words[0])).isTrue();
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void whatIsNotPresentKeepsItsMeaning(PteFormat format) {
        SplittableRandom random = new SplittableRandom(9);
        for (int n = 0; n < 5000; n++) {
            int type = random.nextInt(PteFormat.MAX_SWAP_TYPE + 1);
            long slot = random.nextLong(1L << 32);
            long shared = format.makeLeaf(1, 1, PteFormat.SHARED);
            for (long entry :
                    new long[] {
                        format.makeSwap(type, slot),
                        format.sharedAs(format.makeSwap(type, slot), shared)
                    }) {
                assertThat(format.isSwap(entry)).isTrue();
                assertThat(format.isPresent(entry)).isFalse();
                assertThat(format.isPoison(entry)).isFalse();
                assertThat(format.swapSlot(entry)).isEqualTo(slot);
                assertThat(format.swapType(entry)).isEqualTo(type);
            }
            assertThat(format.isShared(format.sharedAs(format.makeSwap(0, slot), shared))).isTrue();
            assertThat(format.isPoison(format.makePoison(slot))).isTrue();
            assertThat(format.isSwap(format.makePoison(slot))).isFalse();
            assertThat(format.table(format.makeTable(n))).isEqualTo(n);
            assertThat(format.isTable(format.makeTable(n), 2)).isTrue();
            assertThat(format.isTable(format.makeLeaf(0, 2, 0), 2)).isFalse();
        }
    }

    @Test
    void bitsOfArm64AreThoseOfTheManual() {
        PteFormat format = HostPaging.arm64(14).format();
        long flags = PteFormat.WRITABLE | PteFormat.ACCESSED;
        long clean = format.makeLeaf(3, 1, flags);
        assertThat(clean & 0b11).as("a page").isEqualTo(0b11);
        assertThat(clean & 1L << 10).as("AF").isNotZero();
        assertThat(clean & 1L << 51).as("DBM").isNotZero();
        assertThat(clean & 1L << 7).as("AP[2]").isNotZero();
        assertThat(clean >>> 14 & 0xff).isEqualTo(3);
        assertThat(format.dirty(clean) & 1L << 7).isZero();
        assertThat(format.makeLeaf(0, 2, flags) & 0b11).as("a block").isEqualTo(0b01);
        assertThat(format.makeTable(5) & 0b11).as("a table").isEqualTo(0b11);
    }
}
