package org.gleaner.kvm.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.TableSlab;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpteFormatTest {
    private static final int RANDOM_LEAVES = 20_000;

    static Stream<SpteFormat> formats() {
        return Stream.of(SpteFormat.EPT, SpteFormat.EPT_NO_AD, SpteFormat.NPT);
    }

    /// A leaf as `make_spte` can make it, and then what aging, dirty logging and the fast fault
    /// leave.
    static long randomLeaf(SpteFormat f, SplittableRandom random, int level) {
        long pfn = Geometry.FOUR_BY_NINE.alignDown(random.nextLong(1L << 40), level);
        long leaf = f.makeLeaf(pfn, level, random.nextInt(32));
        if (random.nextInt(4) == 0) {
            leaf &= ~f.accessed;
        }
        if (random.nextInt(4) == 0) {
            leaf &= ~f.dirty;
        }
        if (random.nextInt(4) == 0) {
            leaf &= ~SpteFormat.WRITE_BIT;
        }
        return random.nextInt(4) == 0 ? f.markForAccessTrack(leaf) : leaf;
    }

    @Test
    void eptWritableLeafIsBitForBitWhatLinuxMakes() {
        long leaf =
                SpteFormat.EPT.makeLeaf(0x12345, 1, SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE);
        assertThat(leaf).isEqualTo(bits(0, 1, 2, 4, 5, 6, 8, 9, 11, 57, 58, 63) | 0x12345L << 12);
        assertThat(SpteFormat.EPT_NO_AD.makeLeaf(0x12345, 1, 0))
                .isEqualTo(bits(0, 2, 4, 5, 6, 8, 11, 52, 63) | 0x12345L << 12);
    }

    @Test
    void nptWritableLeafIsBitForBitWhatLinuxMakes() {
        int flags = SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE;
        assertThat(SpteFormat.NPT.makeLeaf(0x200, 2, flags))
                .isEqualTo(bits(0, 1, 2, 5, 6, 7, 9, 10, 11) | 0x200L << 12);
        assertThat(SpteFormat.NPT.makeLeaf(0x200, 2, flags | SpteFormat.NO_EXEC))
                .isEqualTo(bits(0, 1, 2, 5, 6, 7, 9, 10, 11, 63) | 0x200L << 12);
    }

    @Test
    void tableEntriesHaveAWhereHardwareSetsIt() {
        assertThat(SpteFormat.EPT.makeTable(5)).isEqualTo(bits(0, 1, 2, 8, 11, 63) | 5L << 12);
        assertThat(SpteFormat.EPT_NO_AD.makeTable(5))
                .isEqualTo(bits(0, 1, 2, 11, 52, 63) | 5L << 12);
        assertThat(SpteFormat.NPT.makeTable(5)).isEqualTo(bits(0, 1, 2, 5, 11) | 5L << 12);
        formats()
                .forEach(f -> {
                    assertThat(f.isTable(f.makeTable(77), 2)).isTrue();
                    assertThat(f.isLeaf(f.makeTable(77), 2)).isFalse();
                    assertThat(f.table(f.makeTable(77))).isEqualTo(77);
                });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void frozenSharesNoBitWithAnythingAnAgerOrWalkerWrites(SpteFormat f) {
        long changed = f.accessed | f.dirty | SpteFormat.WRITE_BIT | 0b101 | SpteFormat.MMU_PRESENT;
        assertThat(SpteFormat.FROZEN & changed).isZero();
        assertThat(SpteFormat.FROZEN & SpteFormat.ADDRESS).isZero();
        assertThat(f.isPresent(SpteFormat.FROZEN)).isFalse();
        assertThat(SpteFormat.FROZEN).isNotEqualTo(SpteFormat.EMPTY);
        assertThat(f.permits(SpteFormat.FROZEN, EntryFormat.READ)).isFalse();
        assertThat(f.withFrozen(SpteFormat.FROZEN_LINUX_6_18).isFrozen(SpteFormat.FROZEN))
                .isFalse();
        assertThat(SpteFormat.FROZEN_LINUX_6_18 & f.accessed)
                .as("the hazard this value avoids")
                .isNotZero();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void emptyAndPoisonAreNeverHits(SpteFormat f) {
        for (int access = 0; access < 3; access++) {
            assertThat(f.permits(f.empty, access)).isFalse();
            assertThat(f.permits(TableSlab.POISON, access)).isFalse();
        }
        assertThat(f.isPresent(f.empty)).isFalse();
        assertThat(f.isAccessTracked(f.empty)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void trackChangesOnlyAccessedOrExactlyTheTransformAndRestoreBringsRAndXBack(SpteFormat f) {
        SplittableRandom random = new SplittableRandom(14);
        long rx = 0b101;
        for (int n = 0; n < RANDOM_LEAVES; n++) {
            int level = 1 + random.nextInt(3);
            long leaf = randomLeaf(f, random, level);
            long old = f.markForAccessTrack(leaf);
            assertThat(f.isPresent(old)).isTrue();
            assertThat(f.isAccessed(old)).isFalse();
            assertThat(f.markForAccessTrack(old)).isEqualTo(old);
            if (f.isAdEnabled(leaf)) {
                assertThat(leaf ^ old).isEqualTo(leaf & f.accessed);
                continue;
            }
            assertThat(f.isAccessTracked(old)).isTrue();
            assertThat(f.permits(old, EntryFormat.READ)).isFalse();
            if (!f.isAccessTracked(leaf)) {
                long touched = 0b111 | f.accessed | rx << 54;
                assertThat((leaf ^ old) & ~touched).isZero();
                assertThat(old >>> 54 & rx).isEqualTo(leaf & rx);
                long restored = f.restoreAccessTrack(old);
                assertThat(restored).isEqualTo(leaf & ~(f.accessed | SpteFormat.WRITE_BIT));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everyMadeLeafIsLegal(SpteFormat f) {
        for (int flags = 0; flags < 32; flags++) {
            long leaf = f.makeLeaf(512, 2, flags);
            boolean host = (flags & SpteFormat.HOST_WRITABLE) != 0;
            boolean write = host && (flags & SpteFormat.WRITABLE) != 0;
            boolean old =
                    (flags & SpteFormat.PREFETCH) != 0 && (flags & SpteFormat.SYNCHRONIZING) == 0;
            assertThat(f.isLegal(leaf)).isTrue();
            assertThat(f.isLeaf(leaf, 2)).isTrue();
            assertThat(f.pfn(leaf)).isEqualTo(512);
            assertThat(f.isHostWritable(leaf)).isEqualTo(host);
            assertThat(f.isMmuWritable(leaf)).isEqualTo(write);
            assertThat(f.isDirty(leaf)).isEqualTo(write);
            assertThat(f.isAccessed(leaf)).isEqualTo(!old);
            boolean tracked = old && f == SpteFormat.EPT_NO_AD;
            assertThat(f.isAccessTracked(leaf)).isEqualTo(tracked);
            assertThat(f.isWritable(leaf)).isEqualTo(write && !tracked);
            assertThat(f.permits(leaf, EntryFormat.READ)).isEqualTo(!tracked);
            assertThat(f.permits(leaf, EntryFormat.WRITE)).isEqualTo(write && !tracked);
            assertThat(f.permits(leaf, EntryFormat.EXEC))
                    .isEqualTo((flags & SpteFormat.NO_EXEC) == 0 && !tracked);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void onlyFourWriteStatesAreLegal(SpteFormat f) {
        long[] bits = {SpteFormat.WRITE_BIT, f.mmuWritable, f.hostWritable};
        boolean[] legal = {true, false, false, false, true, false, true, true};
        long base = f.makeLeaf(1, 1, 0);
        for (int state = 0; state < 8; state++) {
            long leaf = base;
            for (int b = 0; b < 3; b++) {
                leaf |= (state >> b & 1) * bits[b];
            }
            assertThat(f.isLegal(leaf))
                    .as("host, mmu, w = %s", Integer.toBinaryString(state))
                    .isEqualTo(legal[state]);
        }
    }

    @Test
    void flushIsOwedForMmuWritableAlone() {
        SpteFormat f = SpteFormat.EPT;
        long writable = f.makeLeaf(1, 1, SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE);
        assertThat(f.needsFlush(writable, writable & ~SpteFormat.WRITE_BIT)).isFalse();
        assertThat(f.needsFlush(writable, f.makeLeaf(1, 1, SpteFormat.HOST_WRITABLE))).isTrue();
        assertThat(f.needsFlush(writable & ~SpteFormat.WRITE_BIT, f.empty)).isTrue();
        assertThat(f.needsFlush(writable, writable & ~f.accessed)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void splittingAndMergingKeepEverythingButTheAddress(SpteFormat f) {
        SplittableRandom random = new SplittableRandom(3);
        for (int n = 0; n < 2_000; n++) {
            int level = 2 + random.nextInt(2);
            long huge = randomLeaf(f, random, level);
            int i = random.nextInt(512);
            long small = f.smallFromHuge(huge, level - 1, i);
            assertThat(f.isLeaf(small, level - 1)).isTrue();
            assertThat(f.pfn(small))
                    .isEqualTo(f.pfn(huge) + i * Geometry.FOUR_BY_NINE.pages(level - 1));
            assertThat((small ^ huge) & ~(SpteFormat.ADDRESS | SpteFormat.HUGE)).isZero();
            assertThat((small & SpteFormat.HUGE) != 0).isEqualTo(level == 3);
            assertThat(f.hugeFromSmall(small, level)).isEqualTo(huge);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void withExecKeepsTracking(SpteFormat f) {
        long leaf = f.makeLeaf(1, 1, SpteFormat.NO_EXEC | SpteFormat.PREFETCH);
        long executable = f.withExec(leaf, true);
        assertThat(f.isAccessTracked(executable)).isEqualTo(f.isAccessTracked(leaf));
        assertThat(executable).isEqualTo(f.makeLeaf(1, 1, SpteFormat.PREFETCH));
        assertThat(f.withExec(executable, false)).isEqualTo(leaf);
    }

    @Test
    void writeProtectOnlyEntriesAgeByClearingAButLogByWriteProtection() {
        long leaf = SpteFormat.EPT.makeLeaf(1, 1, 3) | 2L << 52;
        assertThat(SpteFormat.EPT.isAdEnabled(leaf)).isTrue();
        assertThat(SpteFormat.EPT.needsWriteProtect(leaf)).isTrue();
        assertThat(SpteFormat.EPT.markForAccessTrack(leaf)).isEqualTo(leaf & ~(1L << 8));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void hitMasksSayThatHardwareHasNothingToDo(SpteFormat f) {
        SplittableRandom random = new SplittableRandom(9);
        for (int n = 0; n < RANDOM_LEAVES; n++) {
            long leaf = randomLeaf(f, random, 1);
            boolean young = f.isAccessed(leaf) || !f.hardwareAccessedDirty;
            boolean clean = f.hardwareAccessedDirty && !f.isDirty(leaf);
            assertThat((leaf & f.readHit) == f.readHit)
                    .isEqualTo(f.permits(leaf, EntryFormat.READ) && young);
            assertThat((leaf & f.writeHit) == f.writeHit)
                    .isEqualTo(f.permits(leaf, EntryFormat.WRITE) && young && !clean);
        }
    }

    private static long bits(int... positions) {
        long value = 0;
        for (int p : positions) {
            value |= 1L << p;
        }
        return value;
    }
}
