package org.gleaner.pagetable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.junit.jupiter.api.Test;

class RadixTableTest {
    private static final SpteFormat F = SpteFormat.EPT;

    private final TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 1 << 13);
    private final RadixTable tables = new RadixTable(slab, F);
    private final Walk walk = new Walk();

    @Test
    void lookupsFindWhatWasStoredAndNothingElse() {
        Machine.onOneCpu(cpu -> {
            SplittableRandom random = new SplittableRandom(11);
            int root = tables.newRoot(cpu);
            int other = tables.newRoot(cpu);
            Map<Long, Long> stored = new HashMap<>();
            for (int n = 0; n < 2_000; n++) {
                long key = random.nextLong(Geometry.FOUR_BY_NINE.keys >> random.nextInt(36));
                long leaf = F.makeLeaf(random.nextLong(1 << 20), 1, 3);
                Tree.put(cpu, tables, root, key, 1, leaf);
                stored.put(key, leaf);
            }
            for (int n = 0; n < 50_000; n++) {
                long key = random.nextLong(Geometry.FOUR_BY_NINE.keys >> random.nextInt(36));
                check(cpu, root, key, stored.getOrDefault(key, F.empty));
            }
            stored.forEach((key, leaf) -> check(cpu, root, key, leaf));
            assertThat(tables.leafAt(cpu, other, 0)).isEqualTo(-1);
            assertThat(tables.find(cpu, walk, other, 0)).isEqualTo(F.empty);
            assertThat(walk.level).isEqualTo(Geometry.FOUR_BY_NINE.levels);
            tables.freeTree(cpu, root, Geometry.FOUR_BY_NINE.levels);
            tables.freeTree(cpu, other, Geometry.FOUR_BY_NINE.levels);
            assertThat(slab.inUse()).isZero();
        });
    }

    private void check(Cpu cpu, int root, long key, long expected) {
        assertThat(tables.find(cpu, walk, root, key)).isEqualTo(expected);
        assertThat(walk.entry).isEqualTo(expected);
        assertThat(walk.words).isSameAs(slab.words(walk.table));
        assertThat(cpu.load(walk.words, walk.index)).isEqualTo(expected);
        long slot = tables.leafAt(cpu, root, key);
        assertThat(slot >= 0).isEqualTo(walk.level == RadixTable.LEVEL_4K);
        if (slot >= 0) {
            assertThat(RadixTable.levelOf(slot)).isEqualTo(RadixTable.LEVEL_4K);
            assertThat(RadixTable.slotOf(slot)).isEqualTo(slot);
            assertThat(slot).isEqualTo(slab.slot(walk.table, Geometry.FOUR_BY_NINE.index(key, 1)));
            assertThat(slab.slotIndex(slot)).isEqualTo(walk.index);
        }
    }

    @Test
    void hugeLeavesEndTheDescent() {
        Machine.onOneCpu(cpu -> {
            for (int level = 2; level <= 3; level++) {
                int root = tables.newRoot(cpu);
                long base = 5 * Geometry.FOUR_BY_NINE.pages(3);
                long leaf = F.makeLeaf(base, level, 3);
                Tree.put(cpu, tables, root, base, level, leaf);
                long inside = base + Geometry.FOUR_BY_NINE.pages(level) - 1;
                long found = tables.leafAt(cpu, root, inside);
                assertThat(RadixTable.levelOf(found)).isEqualTo(level);
                long slot = RadixTable.slotOf(found);
                assertThat(slab.slotWords(slot)[slab.slotIndex(slot)]).isEqualTo(leaf);
                assertThat(tables.find(cpu, walk, root, inside)).isEqualTo(leaf);
                assertThat(walk.level).isEqualTo(level);
                assertThat(tables.find(cpu, walk, root, inside + 1)).isEqualTo(F.empty);
                assertThat(walk.level).isEqualTo(level == 3 ? 3 : 2);
            }
        });
    }
}
