package org.gleaner.pagetable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Trees of many shapes against maps that know nothing of tables.
class GeometryTest {
    private static final SpteFormat F = SpteFormat.EPT;

    /// Shapes that processors have.
    enum Shape {
        X86(Geometry.FOUR_BY_NINE),
        ARM64_4K_40_BITS(Geometry.of(12, 9, 9, 10)),
        ARM64_4K_43_BITS_16_ROOTS(Geometry.of(12, 9, 9, 13)),
        ARM64_16K_47_BITS(Geometry.of(14, 11, 11, 11)),
        ARM64_16K_40_BITS_16_ROOTS(Geometry.of(14, 11, 15)),
        ARM64_64K_48_BITS(Geometry.of(16, 13, 13, 6)),
        RISCV_SV39X4(Geometry.of(12, 9, 9, 11)),
        POWER_RADIX_64K(Geometry.of(16, 5, 9, 9, 13)),
        S390_REGION_3(Geometry.of(12, 8, 11, 11));

        final Geometry geometry;

        Shape(Geometry geometry) {
            this.geometry = geometry;
        }
    }

    private record Leaf(int level, long entry) {}

    @ParameterizedTest
    @EnumSource(Shape.class)
    void levelsCoverEachOther(Shape shape) {
        Geometry g = shape.geometry;
        assertThat(g.pages(1)).isEqualTo(1);
        for (int level = 1; level < g.levels; level++) {
            assertThat(g.pages(level + 1)).isEqualTo(g.pages(level) * g.entries(level));
            assertThat(g.entries(level)).isLessThanOrEqualTo(1 << g.tableShift);
        }
        assertThat(g.keys).isEqualTo(g.pages(g.levels) * g.entries(g.levels));
        assertThat(g.entries(g.levels)).isLessThanOrEqualTo(g.rootTables << g.tableShift);
    }

    @Test
    void sizesAreThoseOfTheProcessors() {
        assertThat(Shape.X86.geometry.bytes(2)).isEqualTo(2L << 20);
        assertThat(Shape.X86.geometry.bytes(3)).isEqualTo(1L << 30);
        assertThat(Shape.ARM64_16K_47_BITS.geometry.bytes(2)).isEqualTo(32L << 20);
        assertThat(Shape.ARM64_64K_48_BITS.geometry.bytes(2)).isEqualTo(512L << 20);
        assertThat(Shape.ARM64_64K_48_BITS.geometry.rootTables).isEqualTo(1);
        assertThat(Shape.RISCV_SV39X4.geometry.rootTables).isEqualTo(4);
        assertThat(Shape.POWER_RADIX_64K.geometry.bytes(2)).isEqualTo(2L << 20);
        assertThat(Shape.S390_REGION_3.geometry.bytes(2)).isEqualTo(1L << 20);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void lookupsAndWalksFindWhatWasStored(Shape shape) {
        Machine.onOneCpu(cpu -> {
            Geometry g = shape.geometry;
            TableSlab slab = new TableSlab(g, 1 << 10);
            RadixTable tables = new RadixTable(slab, F);
            SplittableRandom random = new SplittableRandom(17 + shape.ordinal());
            for (int round = 0; round < 4; round++) {
                TreeMap<Long, Leaf> model = new TreeMap<>();
                int root = tables.newRoot(cpu);
                int other = tables.newRoot(cpu);
                fill(cpu, tables, root, model, random);
                check(cpu, tables, root, model, random);
                walk(cpu, tables, root, model, random);
                assertThat(tables.leafAt(cpu, other, random.nextLong(g.keys))).isEqualTo(-1);
                int inUse = tables.count(root, g.levels) + tables.count(other, g.levels);
                assertThat(slab.inUse()).isEqualTo(inUse);
                tables.freeTree(cpu, root, g.levels);
                tables.freeTree(cpu, other, g.levels);
                assertThat(slab.inUse()).isZero();
            }
        });
    }

    private static void fill(
            Cpu cpu,
            RadixTable tables,
            int root,
            TreeMap<Long, Leaf> model,
            SplittableRandom random) {
        Geometry g = tables.geometry;
        long[] near = random.longs(6, 0, g.keys).toArray();
        for (int n = 0; n < 200; n++) {
            int level = 1 + random.nextInt(Math.min(3, g.levels));
            long key = near[random.nextInt(near.length)] + random.nextLong(4 * g.pages(2));
            key = g.alignDown(key & g.keys - 1, level);
            Map.Entry<Long, Leaf> below = model.floorEntry(key + g.pages(level) - 1);
            if (below != null && below.getKey() + g.pages(below.getValue().level) > key) {
                continue;
            }
            long entry = F.makeLeaf((long) n << 20, 1, 3) | (level > 1 ? F.hugeLeaf : 0);
            if (linked(cpu, tables, root, key, level)) {
                continue;
            }
            Tree.put(cpu, tables, root, key, level, entry);
            model.put(key, new Leaf(level, entry));
        }
        assertThat(model).hasSizeGreaterThan(10);
    }

    /// Whether a table is where a huge leaf would have to go.
    private static boolean linked(Cpu cpu, RadixTable tables, int root, long key, int level) {
        Walk walk = new Walk();
        tables.find(cpu, walk, root, key);
        return walk.level < level;
    }

    private static void check(
            Cpu cpu,
            RadixTable tables,
            int root,
            TreeMap<Long, Leaf> model,
            SplittableRandom random) {
        Geometry g = tables.geometry;
        Long[] keys = model.keySet().toArray(Long[]::new);
        Walk walk = new Walk();
        for (int n = 0; n < 2_000; n++) {
            long key = keys[random.nextInt(keys.length)] + random.nextLong(-3, 2 * g.pages(2));
            key &= g.keys - 1;
            Map.Entry<Long, Leaf> at = model.floorEntry(key);
            boolean mapped = at != null && at.getKey() + g.pages(at.getValue().level) > key;
            long entry = tables.find(cpu, walk, root, key);
            assertThat(entry).isEqualTo(mapped ? at.getValue().entry : F.empty);
            assertThat(walk.words[walk.index]).isEqualTo(entry);
            long found = tables.leafAt(cpu, root, key);
            if (mapped) {
                long slot = RadixTable.slotOf(found);
                assertThat(RadixTable.levelOf(found)).isEqualTo(at.getValue().level);
                assertThat(walk.level).isEqualTo(at.getValue().level);
                assertThat(slab(tables, slot)).isEqualTo(entry);
                long page = F.pfn(tables.smallLeaf(entry, walk.level, key));
                assertThat(page).isEqualTo(F.pfn(entry) + key - at.getKey());
            } else {
                assertThat(found >= 0).isEqualTo(walk.level == 1);
            }
        }
    }

    private static long slab(RadixTable tables, long slot) {
        return tables.slab.slotWords(slot)[tables.slab.slotIndex(slot)];
    }

    private static void walk(
            Cpu cpu,
            RadixTable tables,
            int root,
            TreeMap<Long, Leaf> model,
            SplittableRandom random) {
        TreeIter iter = new TreeIter(tables);
        iter.start(root, 1, 0, tables.geometry.keys);
        for (Map.Entry<Long, Leaf> expected : model.entrySet()) {
            assertThat(iter.nextLeaf(cpu)).isTrue();
            assertThat(iter.key).isEqualTo(expected.getKey());
            assertThat(iter.level).isEqualTo(expected.getValue().level);
            assertThat(iter.old).isEqualTo(expected.getValue().entry);
        }
        assertThat(iter.nextLeaf(cpu)).isFalse();
        long from = model.firstKey() + random.nextLong(tables.geometry.pages(2));
        iter.start(root, 1, from, tables.geometry.keys);
        assertThat(iter.nextLeaf(cpu)).isTrue();
        Map.Entry<Long, Leaf> first = model.floorEntry(from);
        boolean covers = first.getKey() + tables.geometry.pages(first.getValue().level) > from;
        assertThat(iter.key).isEqualTo(covers ? first.getKey() : model.higherKey(from));
    }

    @Test
    void wideRootsAreAlignedAndWhatIsPassedOverIsUsed() {
        Machine.onOneCpu(cpu -> {
            TableSlab slab = new TableSlab(Shape.ARM64_4K_43_BITS_16_ROOTS.geometry, 50);
            int table = slab.allocate(cpu, 1);
            int root = slab.allocateRoot(cpu, 2);
            assertThat(root % 16).isZero();
            assertThat(slab.inUse()).isEqualTo(17);
            for (int i = 0; i < 1 << 13; i++) {
                assertThat(slab.words(root)[slab.base(root) + i]).isEqualTo(2);
            }
            int passed = slab.allocate(cpu, 3);
            assertThat(passed).isLessThan(root).isNotEqualTo(table);
            slab.freeRoot(cpu, root);
            assertThat(slab.words(root)[slab.base(root) + 8191]).isEqualTo(TableSlab.POISON);
            assertThat(slab.allocateRoot(cpu, 4)).isEqualTo(root);
            assertThat(slab.inUse()).isEqualTo(18);
            slab.allocateRoot(cpu, 5);
            assertThatThrownBy(() -> slab.allocateRoot(cpu, 6))
                    .hasMessage("page-table slab is full: 50 tables");
        });
    }

    @Test
    void shapesThatNothingHasAreRefused() {
        assertThatThrownBy(() -> Geometry.of(12)).hasMessageContaining("levels []");
        assertThatThrownBy(() -> Geometry.of(11, 9, 9)).hasMessageContaining("2^11 bytes");
        assertThatThrownBy(() -> Geometry.of(12, 9, 9, 9, 9, 9)).hasMessageContaining("45 bits");
        assertThatThrownBy(() -> Geometry.of(12, 9, 14)).hasMessageContaining("32 tables");
        assertThatThrownBy(() -> Geometry.of(12, 14, 9)).hasMessageContaining("[14, 9]");
    }
}
