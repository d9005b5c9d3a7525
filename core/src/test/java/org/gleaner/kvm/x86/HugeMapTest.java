package org.gleaner.kvm.x86;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuParts;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.PreservedAccessed;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.kvm.mmu.TableAccount;
import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.Rcu;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.Machine;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a fault makes of huge leaves and of the tables in their place.
final class HugeMapTest {
    private static final long BASE = 3 * Geometry.FOUR_BY_NINE.pages(RadixTable.LEVEL_1G);
    private static final int PFN = (int) (2 * Geometry.FOUR_BY_NINE.pages(RadixTable.LEVEL_1G));

    /// Tables of a tree with one level-1 table: that, and those above.
    private static final int PATH = Geometry.FOUR_BY_NINE.levels;

    /// One MMU with one root, and what a vCPU brings to a fault.
    private static final class Bench {
        final SpteFormat format;
        final Rcu rcu;
        final Cpu cpu;
        final TdpMmu mmu;
        final MmuRoot root;
        final TableCache spare;
        int flushes;

        Bench(SpteFormat format, Rcu rcu, Cpu cpu) {
            this.format = format;
            this.rcu = rcu;
            this.cpu = cpu;
            mmu =
                    new TdpMmu(
                            new MmuParts(
                                    new RadixTable(
                                            new TableSlab(Geometry.FOUR_BY_NINE, 4096), format),
                                    new QueuedRwLock(LockClass.MMU_LOCK),
                                    rcu,
                                    new Invariants(format, Geometry.FOUR_BY_NINE, frame -> 0),
                                    SpteSteps.LINUX,
                                    true,
                                    false,
                                    PreservedAccessed.OFF,
                                    null,
                                    c -> flushes++,
                                    TableAccount.NONE),
                            format);
            root = mmu.acquire(cpu);
            spare = new TableCache(mmu, 0);
        }

        int map(long page, int level, boolean write) {
            spare.topUp(cpu);
            Fault fault = new Fault();
            fault.gfn = BASE + page;
            fault.pfn = PFN + (int) page;
            fault.level = level;
            fault.write = write;
            fault.mapWritable = true;
            mmu.mmuLock.readLock(cpu);
            int result = mmu.map(cpu, root, spare, fault);
            if (result != RetPf.RETRY) {
                mmu.invariants.dirtied(cpu, fault.pfn, level);
            }
            mmu.mmuLock.readUnlock(cpu);
            return result;
        }

        /// The level of the leaf that maps a page, which must be the right one.
        int level(long page) {
            long found = mmu.tables.leafAt(cpu, root.table, BASE + page);
            assertThat(found).isNotNegative();
            assertThat(
                            format.pfn(
                                    mmu.tables.smallLeaf(
                                            leaf(page), RadixTable.levelOf(found), BASE + page)))
                    .isEqualTo(PFN + page);
            return RadixTable.levelOf(found);
        }

        long leaf(long page) {
            long slot = RadixTable.slotOf(mmu.tables.leafAt(cpu, root.table, BASE + page));
            return cpu.peek(mmu.tables.slab.slotWords(slot), mmu.tables.slab.slotIndex(slot));
        }

        /// Tables in the tree, when all that were taken out have been freed.
        int tables() {
            rcu.barrier(cpu);
            spare.drain(cpu);
            int linked = mmu.tables.count(root.table, Geometry.FOUR_BY_NINE.levels);
            assertThat(mmu.tables.slab.inUse()).isEqualTo(linked);
            return linked;
        }

        void zap(long start, long end) {
            mmu.mmuLock.writeLock(cpu);
            mmu.unmap(cpu, BASE + start, BASE + end, ZapCause.GONE);
            mmu.mmuLock.writeUnlock(cpu);
        }
    }

    private interface Body {
        void run(Bench bench);
    }

    private static void with(SpteFormat format, Body body) {
        Engine engine = Machine.VIRTUAL.engine(3);
        Rcu rcu = Rcu.start(engine);
        Machine.spawn(
                engine,
                cpu -> {
                    Bench bench = new Bench(format, rcu, cpu);
                    body.run(bench);
                    bench.zap(0, Geometry.FOUR_BY_NINE.pages(RadixTable.LEVEL_1G));
                    bench.mmu.invariants.balanced();
                    assertThat(bench.mmu.countLeaves(cpu, false)).isZero();
                });
        engine.run();
    }

    @ParameterizedTest
    @ValueSource(ints = {RadixTable.LEVEL_4K, RadixTable.LEVEL_2M, RadixTable.LEVEL_1G})
    void aLeafIsMadeAtTheLevelThatWasChosen(int level) {
        with(
                SpteFormat.NPT,
                b -> {
                    assertThat(b.map(700, level, true)).isEqualTo(RetPf.FIXED);
                    assertThat(b.level(700)).isEqualTo(level);
                    assertThat(b.map(700, level, true)).isEqualTo(RetPf.SPURIOUS);
                    assertThat(b.tables()).isEqualTo(PATH - (level - 1));
                    assertThat(b.flushes).isZero();
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {RadixTable.LEVEL_2M, RadixTable.LEVEL_1G})
    void aHugeLeafTakesThePlaceOfATableAndAllBelowIt(int level) {
        with(
                SpteFormat.EPT,
                b -> {
                    for (long page = 0; page < 2048; page += 100) {
                        assertThat(b.map(page, RadixTable.LEVEL_4K, true)).isEqualTo(RetPf.FIXED);
                    }
                    assertThat(b.map(5, level, true)).isEqualTo(RetPf.FIXED);
                    assertThat(b.level(5)).isEqualTo(level);
                    assertThat(b.flushes).isEqualTo(1);
                    assertThat(b.mmu.unlinkEpoch.get()).isPositive();
                    boolean all = level == RadixTable.LEVEL_1G;
                    assertThat(b.tables()).isEqualTo(all ? 2 : PATH + 2);
                    assertThat(b.mmu.countLeaves(b.cpu, false)).isEqualTo(all ? 1 : 1 + 15);
                });
    }

    @Test
    void aSplitKeepsWhatTheLeafSaid() {
        for (SpteFormat format :
                new SpteFormat[] {SpteFormat.EPT, SpteFormat.EPT_NO_AD, SpteFormat.NPT}) {
            for (boolean old : new boolean[] {false, true}) {
                with(format, b -> split(b, old));
            }
        }
    }

    private static void split(Bench b, boolean old) {
        b.map(3, RadixTable.LEVEL_2M, true);
        if (old) {
            b.mmu.age(b.cpu, BASE, BASE + 1, BASE, AgeQuery.CLEAR, true);
        }
        long huge = b.leaf(3);
        b.map(511, RadixTable.LEVEL_4K, false);
        assertThat(b.flushes).isZero();
        for (long page = 0; page < 511; page++) {
            assertThat(b.level(page)).isEqualTo(RadixTable.LEVEL_4K);
            assertThat(b.leaf(page)).isEqualTo(b.format.smallFromHuge(huge, 1, (int) page));
            assertThat(b.format.isDirty(b.leaf(page))).isTrue();
            assertThat(b.format.isAccessed(b.leaf(page))).isEqualTo(!old);
        }
        assertThat(b.tables()).isEqualTo(PATH);
    }

    @Test
    void aPageOfOneGibibyteIsSplitStepByStep() {
        with(
                SpteFormat.EPT,
                b -> {
                    b.map(3, RadixTable.LEVEL_1G, true);
                    assertThat(b.map(700, RadixTable.LEVEL_4K, true)).isEqualTo(RetPf.SPURIOUS);
                    assertThat(b.level(700)).isEqualTo(RadixTable.LEVEL_4K);
                    assertThat(b.level(3)).isEqualTo(RadixTable.LEVEL_2M);
                    assertThat(b.level(200_000)).isEqualTo(RadixTable.LEVEL_2M);
                    assertThat(b.mmu.countLeaves(b.cpu, false)).isEqualTo(511 + 512);
                    assertThat(b.map(700, RadixTable.LEVEL_1G, true)).isEqualTo(RetPf.FIXED);
                    assertThat(b.tables()).isEqualTo(2);
                });
    }

    @Test
    void aSplitThatCameTooLateChangesNothing() {
        with(
                SpteFormat.EPT,
                b -> {
                    b.map(3, RadixTable.LEVEL_2M, true);
                    long seen = b.leaf(3);
                    b.mmu.age(b.cpu, BASE, BASE + 1, BASE, AgeQuery.CLEAR, true);
                    long slot = RadixTable.slotOf(b.mmu.tables.leafAt(b.cpu, b.root.table, BASE));
                    int table = b.mmu.tables.slab.allocate(b.cpu, b.format.empty);
                    b.mmu.rcu.readLock(b.cpu);
                    boolean done =
                            b.mmu.split.split(
                                    b.cpu,
                                    b.mmu.tables.slab.slotWords(slot),
                                    b.mmu.tables.slab.slotIndex(slot),
                                    RadixTable.LEVEL_2M,
                                    seen,
                                    table);
                    b.mmu.rcu.readUnlock(b.cpu);
                    b.mmu.tables.slab.free(b.cpu, table);
                    assertThat(done).isFalse();
                    assertThat(b.level(3)).isEqualTo(RadixTable.LEVEL_2M);
                    assertThat(b.format.isAccessed(b.leaf(3))).isFalse();
                });
    }
}
