package org.gleaner.pagetable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.junit.jupiter.api.Test;

/// The iterator against a map from first page to level, which knows nothing of tables.
class TreeIterTest {
    private static final SpteFormat F = SpteFormat.EPT;

    /// The window that random trees fill: the last 2 GiB of one 512 GiB entry and the first 2 of
    /// the next.
    private static final long FROM = (1L << 27) - (2L << 18);

    private static final long TO = (1L << 27) + (2L << 18);

    private final TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 1 << 14);
    private final RadixTable tables = new RadixTable(slab, F);

    private record At(long gfn, int level) {}

    /// A tree and what is in it.
    private final class Model {
        final int root;
        final TreeMap<Long, Integer> leaves = new TreeMap<>();
        final Set<At> linked = new HashSet<>();

        Model(Cpu cpu, SplittableRandom random) {
            root = tables.newRoot(cpu);
            int count = 1 + random.nextInt(300);
            for (int n = 0; n < count; n++) {
                int level = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 1;
                long near =
                        random.nextInt(3) == 0
                                ? FROM + random.nextLong(TO - FROM)
                                : (1L << 27) - 600 + random.nextInt(1200);
                put(cpu, Geometry.FOUR_BY_NINE.alignDown(near, level), level);
            }
        }

        private void put(Cpu cpu, long gfn, int level) {
            long last = gfn + Geometry.FOUR_BY_NINE.pages(level) - 1;
            Map.Entry<Long, Integer> below = leaves.floorEntry(last);
            boolean overlaps =
                    below != null
                            && below.getKey() + Geometry.FOUR_BY_NINE.pages(below.getValue()) > gfn;
            if (overlaps || linked.contains(new At(gfn, level))) {
                return;
            }
            int table = root;
            for (int at = Geometry.FOUR_BY_NINE.levels; at > level; at--) {
                long[] words = slab.words(table);
                int i = slab.base(table) + Geometry.FOUR_BY_NINE.index(gfn, at);
                if (!F.isTable(cpu.load(words, i), at)) {
                    cpu.store(words, i, F.makeTable(slab.allocate(cpu, F.empty)));
                    linked.add(new At(Geometry.FOUR_BY_NINE.alignDown(gfn, at), at));
                }
                table = F.table(cpu.load(words, i));
            }
            cpu.store(
                    slab.words(table),
                    slab.base(table) + Geometry.FOUR_BY_NINE.index(gfn, level),
                    leaf(gfn, level));
            leaves.put(gfn, level);
        }

        List<At> expectedLeaves(int minLevel, long start, long end) {
            List<At> expected = new ArrayList<>();
            leaves.forEach((gfn, level) -> {
                if (level >= minLevel
                        && gfn < end
                        && gfn + Geometry.FOUR_BY_NINE.pages(level) > start) {
                    expected.add(new At(gfn, level));
                }
            });
            return expected;
        }

        void expectedEntries(
                List<At> out, int level, int minLevel, long base, long start, long end) {
            long pages = Geometry.FOUR_BY_NINE.pages(level);
            for (int i = 0; i < 512; i++) {
                long gfn = base + i * pages;
                if (gfn < end && gfn + pages > start) {
                    At at = new At(gfn, level);
                    out.add(at);
                    if (level > minLevel && linked.contains(at)) {
                        expectedEntries(out, level - 1, minLevel, gfn, start, end);
                    }
                }
            }
        }
    }

    private static long leaf(long gfn, int level) {
        return F.makeLeaf(gfn, level, SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE);
    }

    @Test
    void visitsWhatTheModelSaysInOrder() {
        Machine.onOneCpu(cpu -> {
            long seed = 20_240_601;
            for (int round = 0; round < 120; round++, seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                Model model = new Model(cpu, random);
                TreeIter iter = new TreeIter(tables, 1 + random.nextInt(64));
                for (int n = 0; n < 6; n++) {
                    long start = FROM + random.nextLong(TO - FROM);
                    long end = start + 1 + random.nextLong(n % 2 == 0 ? 2_000 : TO - start);
                    int minLevel = 1 + random.nextInt(3);
                    check(cpu, model, iter, minLevel, start, end, seed);
                }
                tables.freeTree(cpu, model.root, Geometry.FOUR_BY_NINE.levels);
                assertThat(slab.inUse()).isZero();
            }
        });
    }

    private void check(
            Cpu cpu, Model model, TreeIter iter, int minLevel, long start, long end, long seed) {
        String what = "seed %d, level %d, [%d, %d)".formatted(seed, minLevel, start, end);
        List<At> leaves = new ArrayList<>();
        iter.start(model.root, minLevel, start, end);
        while (iter.nextLeaf(cpu)) {
            leaves.add(new At(iter.key, iter.level));
            assertThat(iter.old).as(what).isEqualTo(leaf(iter.key, iter.level));
            assertThat(iter.words[iter.index]).isEqualTo(iter.old);
        }
        assertThat(leaves).as(what).isEqualTo(model.expectedLeaves(minLevel, start, end));

        List<At> expected = new ArrayList<>();
        model.expectedEntries(expected, Geometry.FOUR_BY_NINE.levels, minLevel, 0, start, end);
        List<At> all = new ArrayList<>();
        iter.start(model.root, minLevel, start, end);
        while (iter.next(cpu)) {
            all.add(new At(iter.key, iter.level));
        }
        assertThat(all).as(what).isEqualTo(expected);
        assertThat(iter.next(cpu)).isFalse();
    }

    @Test
    void yieldingAnywhereLosesAndRepeatsNoLeaf() {
        Machine.onOneCpu(cpu -> {
            for (long seed = 1; seed <= 100; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                Model model = new Model(cpu, random);
                TreeIter iter = new TreeIter(tables);
                List<At> leaves = new ArrayList<>();
                int yields = 0;
                iter.start(model.root, 1, FROM, TO);
                while (iter.next(cpu)) {
                    if (iter.mayYield() && random.nextInt(3) == 0) {
                        iter.yielded();
                        assertThat(iter.mayYield()).as("progress between yields").isFalse();
                        yields++;
                        continue;
                    }
                    if (F.isLeaf(iter.old, iter.level)) {
                        leaves.add(new At(iter.key, iter.level));
                    }
                }
                assertThat(leaves)
                        .as("seed %d, %d yields", seed, yields)
                        .isEqualTo(model.expectedLeaves(1, FROM, TO));
                tables.freeTree(cpu, model.root, Geometry.FOUR_BY_NINE.levels);
            }
        });
    }

    @Test
    void retryStaysAndReadsAgain() {
        Machine.onOneCpu(cpu -> {
            Model model = new Model(cpu, new SplittableRandom(1));
            TreeIter iter = new TreeIter(tables);
            iter.start(model.root, 1, FROM, TO);
            assertThat(iter.nextLeaf(cpu)).isTrue();
            long gfn = iter.key;
            long seen = iter.old;
            long changed = seen & ~F.dirty;
            cpu.store(iter.words, iter.index, changed);
            assertThat(cpu.cas(iter.words, iter.index, seen, F.empty)).isFalse();
            iter.retry();
            assertThat(iter.next(cpu)).isTrue();
            assertThat(iter.old).isEqualTo(changed);
            assertThat(iter.key).isEqualTo(gfn);
            assertThat(cpu.cas(iter.words, iter.index, iter.old, F.empty)).isTrue();
        });
    }

    @Test
    void goesDownIntoWhatTheEntryPointsToNow() {
        Machine.onOneCpu(cpu -> {
            int root = tables.newRoot(cpu);
            int[] old = new int[4];
            int[] fresh = new int[4];
            for (int level = 3; level >= 1; level--) {
                old[level] = slab.allocate(cpu, F.empty);
                fresh[level] = slab.allocate(cpu, F.empty);
            }
            for (int[] branch : List.of(old, fresh)) {
                cpu.store(slab.words(branch[3]), slab.base(branch[3]), F.makeTable(branch[2]));
                cpu.store(slab.words(branch[2]), slab.base(branch[2]), F.makeTable(branch[1]));
            }
            cpu.store(slab.words(root), slab.base(root), F.makeTable(old[3]));
            TreeIter iter = new TreeIter(tables);
            iter.start(root, 1, 0, 512);
            assertThat(iter.next(cpu)).isTrue();
            assertThat(F.table(iter.old)).isEqualTo(old[3]);
            cpu.store(slab.words(root), slab.base(root), F.makeTable(fresh[3]));
            assertThat(iter.next(cpu)).isTrue();
            assertThat(iter.level).isEqualTo(3);
            assertThat(iter.table()).isEqualTo(fresh[3]);
        });
    }
}
