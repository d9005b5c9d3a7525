package org.gleaner.mm.space;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.OneCpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The index of a memfd: a tree with 64 children to a node.
final class MemfdTest {
    @ParameterizedTest
    @CsvSource({"1, 0", "64, 1", "65, 3", "9565, 154", "20000, 319"})
    void aFullIndexHasANodeForEach64OfTheLevelBelow(int pages, int nodes) {
        Memfd memfd = new RmapObjects().newMemfd(pages);
        OneCpu.run(cpu -> {
            int grown = 0;
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < pages; i++) {
                    grown += memfd.growIndex(cpu, i, 0);
                }
            }
            assertThat(grown).isEqualTo(nodes);
        });
    }

    /// As `kernel` of a real cgroup shows: a level comes with the first entry that needs it.
    @Test
    void anIndexIsAsTallAsItsLastEntryNeeds() {
        Memfd memfd = new RmapObjects().newMemfd(8_192);
        OneCpu.run(cpu -> {
            assertThat(memfd.growIndex(cpu, 0, 0)).as("its only one").isZero();
            assertThat(memfd.growIndex(cpu, 1, 0)).as("a leaf for both").isEqualTo(1);
            assertThat(memfd.growIndex(cpu, 63, 0)).as("same leaf").isZero();
            assertThat(memfd.growIndex(cpu, 64, 0)).as("a leaf, a root").isEqualTo(2);
            assertThat(memfd.growIndex(cpu, 4_095, 0)).as("a leaf").isEqualTo(1);
            assertThat(memfd.growIndex(cpu, 4_096, 0)).as("a branch, a root").isEqualTo(3);
            assertThat(memfd.growIndex(cpu, 1, 0)).as("same leaf").isZero();
        });
    }

    @Test
    void neighboursShareNodes() {
        Memfd memfd = new RmapObjects().newMemfd(8_192);
        OneCpu.run(cpu -> {
            assertThat(memfd.growIndex(cpu, 4_100, 0)).as("first").isEqualTo(3);
            assertThat(memfd.growIndex(cpu, 4_101, 0)).as("same leaf").isZero();
            assertThat(memfd.growIndex(cpu, 4_200, 0)).as("leaf beside").isEqualTo(1);
            assertThat(memfd.growIndex(cpu, 5, 0)).as("other half").isEqualTo(2);
        });
    }
}
