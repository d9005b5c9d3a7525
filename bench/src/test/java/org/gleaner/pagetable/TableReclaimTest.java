package org.gleaner.pagetable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.Word;
import org.junit.jupiter.api.Test;

/// Walkers without locks on real threads, while tables under them are unlinked, freed through RCU
/// and reused at once: no walker may meet a poisoned entry or a leaf of another key.
final class TableReclaimTest {
    private static final long MILLIS = 1_500;
    private static final int REGIONS = 8;
    private static final int TABLES = 4_096;

    @Test
    void walkersNeverMeetAFreedTable() {
        Run run = new Run(true);
        run.go();
        assertThat(run.wrong.snapshot()).isZero();
        assertThat(run.freed.snapshot()).as("tables freed and reused").isGreaterThan(TABLES);
        assertThat(run.walks.snapshot()).isPositive();
    }

    /// Shows that the test above can fail.
    @Test
    void withoutRcuTheyDo() {
        for (int attempt = 0; attempt < 20; attempt++) {
            Run run = new Run(false);
            run.go();
            if (run.wrong.snapshot() > 0) {
                return;
            }
        }
        throw new AssertionError("tables were freed at once and nobody noticed");
    }

    private static final class Run {
        private final boolean useRcu;
        private final ThreadEngine engine = new ThreadEngine(CostModel.named("x86-server"));
        private final Rcu rcu = Rcu.start(engine, 1_000_000);
        private final SpteFormat format = SpteFormat.EPT;
        private final TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, TABLES);
        private final RadixTable tree = new RadixTable(slab, format);
        private final Word done = new Word();
        private int root;
        private long replaced;

        final Word wrong = new Word();
        final Word freed = new Word();
        final Word walks = new Word();

        Run(boolean useRcu) {
            this.useRcu = useRcu;
        }

        void go() {
            Word ready = new Word();
            engine.spawn(
                    "updater",
                    cpu -> {
                        root = tree.newRoot(cpu);
                        build(cpu);
                        cpu.store(ready, 1);
                        long end = System.nanoTime() + MILLIS * 1_000_000;
                        for (int i = 0; System.nanoTime() < end; i++) {
                            replace(cpu, i % REGIONS);
                            if (cpu.load(wrong) != 0) {
                                break;
                            }
                        }
                        cpu.store(done, 1);
                    });
            for (int w = 0; w < 2; w++) {
                SplittableRandom random = new SplittableRandom(w);
                engine.spawn(
                        "walker" + w,
                        cpu -> {
                            cpu.block(ready, 1, 1);
                            walk(cpu, random);
                        });
            }
            engine.run();
        }

        /// One table on each upper level, a leaf table for each region.
        private void build(Cpu cpu) {
            int table = root;
            for (int level = Geometry.FOUR_BY_NINE.levels; level > RadixTable.LEVEL_2M; level--) {
                int child = slab.allocate(cpu, SpteFormat.EMPTY);
                cpu.store(slab.words(table), slab.base(table), format.makeTable(child));
                table = child;
            }
            for (int region = 0; region < REGIONS; region++) {
                int at = slab.base(table) + region;
                cpu.store(slab.words(table), at, format.makeTable(leaves(cpu, region)));
            }
        }

        private int leaves(Cpu cpu, int region) {
            int table = slab.allocate(cpu, SpteFormat.EMPTY);
            for (int i = 0; i < Geometry.FOUR_BY_NINE.entries(1); i++) {
                long key = (long) region << 9 | i;
                slab.words(table)[slab.base(table) + i] =
                        format.makeLeaf(key, RadixTable.LEVEL_4K, SpteFormat.HOST_WRITABLE);
            }
            return table;
        }

        private void replace(Cpu cpu, int region) {
            if (++replaced - freed.snapshot() > TABLES - 64) {
                rcu.barrier(cpu);
            }
            int upper = format.table(upperEntry(root));
            upper = format.table(upperEntry(upper));
            long entry = format.makeTable(leaves(cpu, region));
            long old = cpu.swap(slab.words(upper), slab.base(upper) + region, entry);
            if (useRcu) {
                rcu.call(cpu, this::free, format.table(old));
            } else {
                free(cpu, format.table(old));
            }
        }

        private long upperEntry(int table) {
            return slab.words(table)[slab.base(table)];
        }

        private void free(Cpu cpu, long table) {
            slab.free(cpu, (int) table);
            cpu.fetchAdd(freed, 1);
        }

        private void walk(Cpu cpu, SplittableRandom random) {
            Walk walk = new Walk();
            long count = 0;
            while (cpu.load(done) == 0) {
                long key = random.nextInt(REGIONS << 9);
                rcu.readLock(cpu);
                if (!right(cpu, walk, key)) {
                    cpu.fetchAdd(wrong, 1);
                }
                rcu.readUnlock(cpu);
                count++;
            }
            cpu.fetchAdd(walks, count);
        }

        private boolean right(Cpu cpu, Walk walk, long key) {
            try {
                long entry = tree.find(cpu, walk, root, key);
                return format.isLeaf(entry, walk.level) && format.pfn(entry) == key;
            } catch (AssertionError poison) {
                return false;
            }
        }
    }
}
