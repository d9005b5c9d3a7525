package org.gleaner.mm.pte;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Word;
import org.gleaner.mm.memcg.TableCharge;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.Machine;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrimaryTablesTest {
    private static final PteFormat PTE = PteFormat.X86_64;
    private static final int CPUS = 4;
    private static final long PAGES = 4_096;

    private static final TableCharge FREE = TableCharge.FREE;

    private final TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 1 << 11);
    private final PrimaryTables primary = new PrimaryTables(PteFormat.X86_64, slab, true);

    /// All CPUs fault the same pages in; each page gets exactly one frame and no table is lost or
    /// doubled.
    @ParameterizedTest
    @EnumSource
    void concurrentFaultsLinkEachTableOnce(Machine machine) {
        int[] root = new int[1];
        Word ready = new Word();
        Word installed = new Word();
        machine.run(
                3,
                Machine.times(
                        CPUS,
                        cpu -> {
                            if (cpu.id == 0) {
                                root[0] = primary.newRoot(cpu);
                                cpu.store(ready, 1);
                            }
                            cpu.await(ready, 1, 1);
                            SplittableRandom random = new SplittableRandom(cpu.id);
                            Walk walk = new Walk();
                            for (int n = 0; n < 20_000; n++) {
                                long vpn = random.nextLong(PAGES) << 7;
                                if (faultIn(cpu, walk, root[0], vpn)) {
                                    cpu.fetchAdd(installed, 1);
                                }
                                assertThat(primary.touch(cpu, walk, root[0], vpn, EntryFormat.READ))
                                        .isZero();
                                assertThat(PTE.pfn(cpu.load(walk.words, walk.index)))
                                        .isEqualTo(vpn);
                            }
                        }));
        long tables = PAGES * 128 / 512;
        assertThat(slab.inUse()).isEqualTo((int) (1 + 1 + (tables + 511) / 512 + tables));
        assertThat(installed.snapshot()).isEqualTo(PAGES);
    }

    private boolean faultIn(Cpu cpu, Walk walk, int root, long vpn) {
        primary.allocate(cpu, walk, root, vpn, RadixTable.LEVEL_4K, FREE);
        QueuedSpinLock lock = primary.lock(walk.table);
        lock.lock(cpu);
        boolean none = PTE.isNone(cpu.load(walk.words, walk.index));
        if (none) {
            Pte.set(cpu, walk.words, walk.index, PTE.makeLeaf(vpn, 1, PteFormat.WRITABLE));
        }
        lock.unlock(cpu);
        return none;
    }

    /// Reclaim ages under the lock while CPUs access: A and D change, nothing else does, and no D
    /// is lost.
    @ParameterizedTest
    @EnumSource
    void agingUnderTheLockLosesNothing(Machine machine) {
        int rounds = machine == Machine.THREADS ? 60_000 : 4_000;
        int[] root = new int[1];
        Word ready = new Word();
        Word over = new Word();
        long leaf = PTE.makeLeaf(42, 1, PteFormat.WRITABLE | PteFormat.SHARED);
        machine.run(
                9,
                cpu -> {
                    Walk walk = new Walk();
                    root[0] = primary.newRoot(cpu);
                    primary.allocate(cpu, walk, root[0], 5, RadixTable.LEVEL_4K, FREE);
                    Pte.set(cpu, walk.words, walk.index, leaf);
                    cpu.store(ready, 1);
                    long ad = PteFormat.ACCESSED | PteFormat.DIRTY;
                    for (int n = 0; n < rounds; n++) {
                        assertThat(primary.touch(cpu, walk, root[0], 5, EntryFormat.WRITE))
                                .isZero();
                        long now = cpu.load(walk.words, walk.index);
                        assertThat(now | ad).isEqualTo(leaf | ad);
                        assertThat(PTE.isDirty(now)).isTrue();
                        cpu.chargeNanos(50);
                    }
                    cpu.store(over, 1);
                },
                cpu -> {
                    cpu.await(ready, 1, 1);
                    Walk walk = new Walk();
                    primary.find(cpu, walk, root[0], 5);
                    QueuedSpinLock lock = primary.lock(walk.table);
                    long young = 0;
                    while (cpu.load(over) == 0) {
                        lock.lock(cpu);
                        young +=
                                Pte.testAndClearYoung(cpu, PteFormat.X86_64, walk.words, walk.index)
                                        ? 1
                                        : 0;
                        lock.unlock(cpu);
                        cpu.chargeNanos(70);
                    }
                    assertThat(young).isPositive();
                });
    }

    @Test
    void touchSetsAccessedOnEveryLevel() {
        Machine.onOneCpu(cpu -> {
            int root = primary.newRoot(cpu);
            Walk walk = new Walk();
            assertThat(primary.touch(cpu, walk, root, 77, EntryFormat.READ))
                    .isEqualTo(HardwareWalk.FAULT_NOT_PRESENT);
            faultIn(cpu, walk, root, 77);
            for (int level = 2; level <= 4; level++) {
                primary.allocate(cpu, walk, root, 77, level, FREE);
                assertThat(PTE.isTable(walk.entry, level)).isTrue();
                assertThat(Pte.testAndClearYoung(cpu, PteFormat.X86_64, walk.words, walk.index))
                        .isTrue();
            }
            assertThat(primary.touch(cpu, walk, root, 77, EntryFormat.READ)).isZero();
            assertThat(walk.level).isEqualTo(1);
            for (int level = 1; level <= 4; level++) {
                primary.allocate(cpu, walk, root, 77, level, FREE);
                assertThat(walk.level).isEqualTo(level);
                assertThat(Pte.testAndClearYoung(cpu, PteFormat.X86_64, walk.words, walk.index))
                        .isTrue();
                assertThat(Pte.testAndClearYoung(cpu, PteFormat.X86_64, walk.words, walk.index))
                        .isFalse();
            }
            assertThat(Pte.getAndClear(cpu, walk.words, walk.index)).isNotZero();
        });
    }

    @Test
    void allocationStopsAtAHugeLeafAndSwapEntriesFault() {
        Machine.onOneCpu(cpu -> {
            int root = primary.newRoot(cpu);
            Walk walk = new Walk();
            primary.allocate(cpu, walk, root, 1024, RadixTable.LEVEL_2M, FREE);
            long huge = PTE.makeLeaf(512, 2, PteFormat.WRITABLE);
            Pte.set(cpu, walk.words, walk.index, huge);
            assertThat(primary.allocate(cpu, walk, root, 1025, RadixTable.LEVEL_4K, FREE))
                    .isEqualTo(huge);
            assertThat(walk.level).isEqualTo(RadixTable.LEVEL_2M);
            assertThat(primary.touch(cpu, walk, root, 1030, EntryFormat.WRITE)).isZero();
            assertThat(PTE.isDirty(cpu.load(walk.words, walk.index))).isTrue();

            faultIn(cpu, walk, root, 7);
            primary.find(cpu, walk, root, 7);
            Pte.set(cpu, walk.words, walk.index, PTE.makeSwap(1, 99));
            assertThat(primary.touch(cpu, walk, root, 7, EntryFormat.READ))
                    .isEqualTo(HardwareWalk.FAULT_NOT_PRESENT);
            assertThat(PTE.swapSlot(walk.entry)).isEqualTo(99);
            assertThat(Pte.testAndClearYoung(cpu, PteFormat.X86_64, walk.words, walk.index))
                    .isFalse();
        });
    }

    @Test
    void aTableHasOneLock() {
        QueuedSpinLock[] seen = new QueuedSpinLock[CPUS];
        Machine.THREADS.run(1, Machine.times(CPUS, cpu -> seen[cpu.id] = primary.lock(3)));
        assertThat(seen).containsOnly(primary.lock(3));
        assertThat(primary.lock(4)).isNotSameAs(primary.lock(3));
    }
}
