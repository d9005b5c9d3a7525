package org.gleaner.mm.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which slots are free, against a bit set.
final class SlotClustersTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1000, 64, 1",
        "2, 1000, 64, 3",
        "3, 130, 512, 2",
        "4, 4096, 512, 4",
        "5, 64, 64, 2"
    })
    void aSlotIsHandedOutOnceAndAllOfThemAre(long seed, int size, int cluster, int cpus) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        SlotClusters clusters = new SlotClusters(size, cluster, KernelVersion.V6_12, cpus);
        BitSet used = new BitSet();
        List<Integer> taken = new ArrayList<>();
        for (int turn = 0; turn < 50_000; turn++) {
            boolean filling = turn / 4_000 % 2 == 0;
            if (random.nextInt(100) < (filling ? 80 : 30)) {
                int slot = clusters.take(random.nextInt(cpus));
                assertThat(slot >= 0).as("turn %d", turn).isEqualTo(used.cardinality() < size);
                if (slot >= 0) {
                    assertThat(slot).isLessThan(size);
                    assertThat(used.get(slot)).isFalse();
                    used.set(slot);
                    taken.add(slot);
                }
            } else if (!taken.isEmpty()) {
                int slot = taken.remove(random.nextInt(taken.size()));
                used.clear(slot);
                clusters.giveBack(slot);
            }
            int any = random.nextInt(size);
            assertThat(clusters.isUsed(any)).isEqualTo(used.get(any));
        }
    }

    /// Whole clusters are found exactly if there are any, and no slot is lost to single ones
    /// afterwards.
    @ParameterizedTest
    @CsvSource({"1, 1000", "2, 1024", "3, 640"})
    void aClusterIsTakenIfNoneOfItIsInUse(long seed, int size) {
        System.out.println("seed " + seed);
        int cluster = 64;
        Random random = new Random(seed);
        SlotClusters clusters = new SlotClusters(size, cluster, KernelVersion.V6_12, 2);
        BitSet used = new BitSet();
        List<Integer> taken = new ArrayList<>();
        for (int turn = 0; turn < 50_000; turn++) {
            boolean filling = turn / 4_000 % 2 == 0;
            int what = random.nextInt(1_000);
            if (what < 10) {
                boolean any = false;
                for (int c = 0; (c + 1) * cluster <= size; c++) {
                    any |= used.get(c * cluster, (c + 1) * cluster).isEmpty();
                }
                int first = clusters.takeCluster();
                assertThat(first >= 0).isEqualTo(any);
                for (int s = first; any && s < first + cluster; s++) {
                    assertThat(used.get(s)).isFalse();
                    used.set(s);
                    taken.add(s);
                }
            } else if (what < (filling ? 500 : 300)) {
                int slot = clusters.take(random.nextInt(2));
                assertThat(slot >= 0).isEqualTo(used.cardinality() < size);
                if (slot >= 0) {
                    assertThat(used.get(slot)).isFalse();
                    used.set(slot);
                    taken.add(slot);
                }
            } else if (!taken.isEmpty()) {
                int slot = taken.remove(random.nextInt(taken.size()));
                used.clear(slot);
                clusters.giveBack(slot);
            }
        }
    }

    @Test
    void aCpuFillsItsOwnClusterFrontToBack() {
        SlotClusters clusters = new SlotClusters(2048, 512, KernelVersion.V6_12, 2);
        for (int i = 0; i < 512; i++) {
            assertThat(clusters.take(0)).isEqualTo(i);
            assertThat(clusters.take(1)).isEqualTo(512 + i);
        }
        assertThat(clusters.take(1)).isEqualTo(1024);
        assertThat(clusters.take(0)).isEqualTo(1536);
    }

    @Test
    void slotsBehindTheCursorWaitUntilNoClusterIsEmpty() {
        SlotClusters clusters = new SlotClusters(1024, 512, KernelVersion.V6_12, 1);
        for (int i = 0; i < 10; i++) {
            clusters.take(0);
        }
        clusters.giveBack(3);
        clusters.giveBack(7);
        for (int i = 10; i < 1024; i++) {
            assertThat(clusters.take(0)).isEqualTo(i);
        }
        assertThat(clusters.take(0)).isEqualTo(3);
        assertThat(clusters.take(0)).isEqualTo(7);
        assertThat(clusters.take(0)).isEqualTo(-1);
    }

    @Test
    void from618APartlyUsedClusterComesBeforeAnEmptyOne() {
        SlotClusters clusters = new SlotClusters(2048, 512, KernelVersion.V6_18, 1);
        for (int i = 0; i < 1024; i++) {
            assertThat(clusters.take(0)).isEqualTo(i);
        }
        clusters.giveBack(700);
        clusters.giveBack(5);
        clusters.giveBack(6);
        // the cluster in use has a free slot only behind the cursor
        assertThat(clusters.take(0)).isEqualTo(700);
        assertThat(clusters.take(0)).isEqualTo(5);
        assertThat(clusters.take(0)).isEqualTo(6);
        assertThat(clusters.take(0)).isEqualTo(1024);
    }

    @Test
    void aClusterWhoseLastSlotComesBackIsEmptyAgain() {
        SlotClusters clusters = new SlotClusters(1536, 512, KernelVersion.V6_12, 1);
        for (int i = 0; i < 1024; i++) {
            clusters.take(0);
        }
        clusters.giveBack(1);
        for (int i = 0; i < 512; i++) {
            if (i != 1) {
                clusters.giveBack(i);
            }
        }
        for (int i = 0; i < 512; i++) {
            assertThat(clusters.take(0)).isEqualTo(1024 + i);
        }
        for (int i = 0; i < 512; i++) {
            assertThat(clusters.take(0)).isEqualTo(i);
        }
    }

    @Test
    void theLastSlotsAreTakenFromTheClusterOfAnotherCpu() {
        SlotClusters clusters = new SlotClusters(512, 512, KernelVersion.V6_12, 2);
        assertThat(clusters.take(0)).isZero();
        for (int i = 1; i < 512; i++) {
            assertThat(clusters.take(1)).isEqualTo(i);
        }
        assertThat(clusters.take(0)).isEqualTo(-1);
        assertThat(clusters.take(1)).isEqualTo(-1);
    }
}
