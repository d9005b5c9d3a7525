package org.gleaner.pagetable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.gleaner.kvm.x86.Spte;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Trees that grow, age, are walked and lose whole tables at the same time.
///
/// All changes are made as by holders of `mmu_lock` for read: by compare-and-swap in an RCU
/// section. Walks assert that they never read poison. At the end every table must be back in the
/// slab: one that was linked into a detached table would be missing.
class TreeChurnTest {
    private static final long PAGES = 3L << 14;
    private static final long GRACE_NANOS = 100_000;

    private static final int FAULTERS = 2;
    private static final int NOT_STARTED = -1;
    private static final int OVER = 0;

    private static final class Run {
        final SpteFormat f;
        final TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 20_000);
        final RadixTable tables;

        /// The faulters that are left, once there are any.
        final Word phase = new Word(NOT_STARTED);

        /// The ager and the guest.
        final Word watchers = new Word(2);

        final Rcu rcu;
        final boolean blind;
        final boolean wait;
        int root;

        Run(Engine engine, SpteFormat f, boolean blind, boolean wait) {
            this.f = f;
            this.blind = blind;
            this.wait = wait;
            tables = new RadixTable(slab, f);
            rcu = Rcu.start(engine, GRACE_NANOS);
        }

        void main(Cpu cpu) {
            root = tables.newRoot(cpu);
            cpu.store(phase, FAULTERS);
            cpu.block(phase, -1, OVER);
            cpu.block(watchers, -1, 0);
            rcu.barrier(cpu);
            tables.freeTree(cpu, root, Geometry.FOUR_BY_NINE.levels);
        }

        void faulter(Cpu cpu, long seed, int faults) {
            SplittableRandom random = new SplittableRandom(seed);
            TreeIter iter = new TreeIter(tables);
            awaitStart(cpu);
            for (int n = 1; n <= faults; n++) {
                fault(cpu, iter, random);
                cpu.chargeNanos(500);
                if (random.nextInt(3) == 0) {
                    zap(cpu, iter, random);
                }
                if (n % 256 == 0) {
                    rcu.synchronize(cpu);
                }
            }
            cpu.fetchAdd(phase, -1);
        }

        void ager(Cpu cpu, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            TreeIter iter = new TreeIter(tables, 16);
            awaitStart(cpu);
            while (cpu.load(phase) != OVER) {
                age(cpu, iter, random);
                cpu.sleep(2_000);
            }
            cpu.fetchAdd(watchers, -1);
        }

        void guest(Cpu cpu, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            Walk walk = new Walk();
            awaitStart(cpu);
            while (cpu.load(phase) != OVER) {
                access(cpu, walk, random);
                cpu.chargeNanos(1_000);
            }
            cpu.fetchAdd(watchers, -1);
        }

        /// Nanoseconds between looking and acting: now and then long enough for a table to be
        /// detached.
        private static long dawdle(SplittableRandom random) {
            return random.nextInt(64) == 0 ? random.nextInt(20_000) : 100;
        }

        private void awaitStart(Cpu cpu) {
            cpu.awaitChange(phase, NOT_STARTED);
        }

        /// A page fault at a random page and level (4.5 of the addendum), without flushes.
        void fault(Cpu cpu, TreeIter iter, SplittableRandom random) {
            int level = random.nextInt(5) == 0 ? RadixTable.LEVEL_2M : RadixTable.LEVEL_4K;
            long gfn = random.nextLong(PAGES);
            rcu.readLock(cpu);
            iter.start(root, level, gfn, gfn + 1);
            while (iter.next(cpu)) {
                cpu.chargeNanos(dawdle(random));
                if (f.isFrozen(iter.old)) {
                    break;
                }
                if (iter.level == level) {
                    install(cpu, iter);
                } else if (!f.isTable(iter.old, iter.level) && !linkOrSplit(cpu, iter)) {
                    break;
                }
            }
            rcu.readUnlock(cpu);
        }

        private void install(Cpu cpu, TreeIter iter) {
            long leaf =
                    f.makeLeaf(
                            Geometry.FOUR_BY_NINE.alignDown(iter.key, iter.level), iter.level, 3);
            long old = iter.old;
            if (!f.isLeaf(old, iter.level) && setAtomic(cpu, iter, leaf)) {
                removed(cpu, iter.level, old);
            }
        }

        private boolean setAtomic(Cpu cpu, TreeIter iter, long update) {
            return Spte.setAtomic(cpu, f, iter.words, iter.index, iter.level, iter.old, update);
        }

        private boolean linkOrSplit(Cpu cpu, TreeIter iter) {
            int child = slab.allocate(cpu, f.empty);
            if (f.isLeaf(iter.old, iter.level)) {
                for (int i = 0; i < Geometry.FOUR_BY_NINE.entries(1); i++) {
                    slab.words(child)[slab.base(child) + i] =
                            f.smallFromHuge(iter.old, iter.level - 1, i);
                }
            }
            if (setAtomic(cpu, iter, f.makeTable(child))) {
                return true;
            }
            slab.free(cpu, child);
            return false;
        }

        /// Zaps an entry at `level` that holds something, with all that is below.
        void zap(Cpu cpu, TreeIter iter, SplittableRandom random) {
            int dice = random.nextInt(100);
            int level =
                    dice < 1
                            ? RadixTable.LEVEL_1G
                            : dice < 60 ? RadixTable.LEVEL_2M : RadixTable.LEVEL_4K;
            long gfn = random.nextLong(PAGES);
            rcu.readLock(cpu);
            iter.start(root, level, gfn, gfn + 1);
            while (iter.next(cpu)) {
                long old = iter.old;
                if (iter.level == level && f.isPresent(old) && setAtomic(cpu, iter, f.empty)) {
                    removed(cpu, level, old);
                }
            }
            rcu.readUnlock(cpu);
        }

        /// Bookkeeping after a change: a table that was linked there is detached now (4.6).
        private void removed(Cpu cpu, int level, long old) {
            if (!f.isTable(old, level)) {
                return;
            }
            tables.unlinked();
            int table = f.table(old);
            for (int i = 0; i < Geometry.FOUR_BY_NINE.entries(1); i++) {
                long was = Spte.freezeShared(cpu, f, slab.words(table), slab.base(table) + i);
                removed(cpu, level - 1, was);
            }
            if (wait) {
                rcu.call(cpu, (c, t) -> slab.free(c, (int) t), table);
            } else {
                slab.free(cpu, table);
            }
        }

        void age(Cpu cpu, TreeIter iter, SplittableRandom random) {
            rcu.readLock(cpu);
            iter.start(root, RadixTable.LEVEL_4K, 0, PAGES);
            while (iter.nextLeaf(cpu)) {
                cpu.chargeNanos(dawdle(random));
                if (blind) {
                    Spte.ageBlind(cpu, f, iter.words, iter.index, iter.old);
                } else {
                    Spte.age(cpu, f, iter.words, iter.index, iter.old);
                }
            }
            rcu.readUnlock(cpu);
        }

        void access(Cpu cpu, Walk walk, SplittableRandom random) {
            rcu.readLock(cpu);
            for (int n = 0; n < 16; n++) {
                cpu.step();
                tables.find(cpu, walk, root, random.nextLong(PAGES));
                int access = random.nextInt(2);
                if (f.isLeaf(walk.entry, walk.level)) {
                    HardwareWalk.touch(cpu, f, walk.words, walk.index, access);
                }
            }
            rcu.readUnlock(cpu);
        }
    }

    private static void churn(
            Machine machine, long seed, SpteFormat f, int faults, boolean blind, boolean wait) {
        Engine engine = machine.engine(seed);
        Run run = new Run(engine, f, blind, wait);
        Machine.spawn(
                engine,
                run::main,
                cpu -> run.faulter(cpu, seed + 100, faults),
                cpu -> run.faulter(cpu, seed + 200, faults),
                cpu -> run.ager(cpu, seed + 400),
                cpu -> run.guest(cpu, seed + 300));
        engine.run();
        assertThat(run.slab.inUse()).as("%s, seed %d: tables lost", f, seed).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void noWalkReadsAFreedTableAndNoTableIsLost(Machine machine) {
        int faults = machine == Machine.THREADS ? 12_000 : 5_000;
        for (long seed = 1; seed <= 2; seed++) {
            churn(machine, seed, SpteFormat.EPT, faults, false, true);
            churn(machine, seed, SpteFormat.EPT, faults, true, true);
            churn(machine, seed, SpteFormat.EPT_NO_AD, faults, false, true);
        }
    }

    /// Shows that the test above can fail.
    @Test
    void withoutAGracePeriodAWalkReadsPoison() {
        assertThatThrownBy(
                        () -> {
                            for (long seed = 1; seed <= 50; seed++) {
                                churn(Machine.VIRTUAL, seed, SpteFormat.EPT, 1_500, false, false);
                            }
                        })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("freed table");
    }
}
