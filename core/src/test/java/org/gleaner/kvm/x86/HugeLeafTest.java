package org.gleaner.kvm.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.GuestTlb;
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
import org.gleaner.machine.Mailbox;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.Rcu;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.Machine;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Tree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A huge leaf, put in by hand, is found by all who look for the pages it maps.
final class HugeLeafTest {
    private static final int WRITABLE = SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE;

    /// First page of a range that is aligned to 1 GiB, in guest and host.
    private static final long BASE = 3 * Geometry.FOUR_BY_NINE.pages(RadixTable.LEVEL_1G);

    private static final long PFN = 2 * Geometry.FOUR_BY_NINE.pages(RadixTable.LEVEL_1G);

    private interface Body {
        void run(Cpu cpu, TdpMmu mmu, MmuRoot root);
    }

    private static void with(SpteFormat format, int level, int flags, Body body) {
        Engine engine = Machine.VIRTUAL.engine(3);
        Rcu rcu = Rcu.start(engine);
        Machine.spawn(
                engine,
                cpu -> {
                    TdpMmu mmu =
                            new TdpMmu(
                                    new MmuParts(
                                            new RadixTable(
                                                    new TableSlab(Geometry.FOUR_BY_NINE, 64),
                                                    format),
                                            new QueuedRwLock(LockClass.MMU_LOCK),
                                            rcu,
                                            new Invariants(
                                                    format, Geometry.FOUR_BY_NINE, frame -> 0),
                                            SpteSteps.LINUX,
                                            true,
                                            false,
                                            PreservedAccessed.OFF,
                                            null,
                                            c -> {},
                                            TableAccount.NONE),
                                    format);
                    MmuRoot root = mmu.acquire(cpu);
                    long leaf = format.makeLeaf(PFN, level, flags);
                    Tree.put(cpu, mmu.tables, root.table, BASE, level, leaf);
                    mmu.invariants.changed(format.empty, leaf);
                    body.run(cpu, mmu, root);
                });
        engine.run();
    }

    @ParameterizedTest
    @ValueSource(ints = {RadixTable.LEVEL_2M, RadixTable.LEVEL_1G})
    void anAgerSeesIt(int level) {
        with(
                SpteFormat.EPT,
                level,
                WRITABLE,
                (cpu, mmu, root) -> {
                    long[] young = new long[1];
                    long start = BASE + 100;
                    AgeQuery all = new AgeQuery(false, young, null);
                    assertThat(mmu.age(cpu, start, start + 3, start + 2, all, true)).isTrue();
                    assertThat(young[0]).isEqualTo(7);
                    long[] none = new long[1];
                    AgeQuery nothing = new AgeQuery(true, null, none);
                    assertThat(mmu.age(cpu, start, start + 3, start + 2, nothing, true)).isTrue();
                    assertThat(mmu.countLeaves(cpu, true)).isEqualTo(1);
                    assertThat(mmu.age(cpu, BASE - 5, start, start - 1, AgeQuery.CLEAR, true))
                            .isTrue();
                    assertThat(mmu.countLeaves(cpu, true)).isZero();
                    assertThat(mmu.age(cpu, start, start + 1, start, AgeQuery.TEST, true))
                            .isFalse();
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {RadixTable.LEVEL_2M, RadixTable.LEVEL_1G})
    void aZapOfOnePageTakesIt(int level) {
        with(
                SpteFormat.EPT,
                level,
                WRITABLE,
                (cpu, mmu, root) -> {
                    long page = BASE + Geometry.FOUR_BY_NINE.pages(level) - 1;
                    assertThatThrownBy(() -> mmu.checkAbsent(cpu, page, page + 1, false))
                            .hasMessageContaining("I4");
                    mmu.mmuLock.writeLock(cpu);
                    assertThat(mmu.unmap(cpu, page + 1, page + 2, ZapCause.GONE)).isFalse();
                    assertThat(mmu.unmap(cpu, page, page + 1, ZapCause.GONE)).isTrue();
                    mmu.mmuLock.writeUnlock(cpu);
                    assertThat(mmu.countLeaves(cpu, false)).isZero();
                    mmu.checkAbsent(cpu, page, page + 1, false);
                    mmu.invariants.balanced();
                });
    }

    /// It came with a fault beside the range, while the range was being invalidated.
    @Test
    void anInvalidationOfAPartOfItMayEndBesideIt() {
        with(
                SpteFormat.EPT,
                RadixTable.LEVEL_2M,
                WRITABLE,
                (cpu, mmu, root) -> {
                    long end = BASE + Geometry.FOUR_BY_NINE.pages(RadixTable.LEVEL_2M);
                    mmu.checkAbsent(cpu, BASE + 1, end, true);
                    assertThatThrownBy(() -> mmu.checkAbsent(cpu, BASE, end, true))
                            .hasMessageContaining("I4, I9");
                });
    }

    @Test
    void aFastFaultGivesItBack() {
        with(
                SpteFormat.EPT_NO_AD,
                RadixTable.LEVEL_2M,
                WRITABLE,
                (cpu, mmu, root) -> {
                    Fault fault = new Fault();
                    fault.gfn = BASE + 77;
                    assertThat(mmu.fastFault(cpu, root, fault)).isEqualTo(RetPf.SPURIOUS);
                    mmu.age(cpu, BASE, BASE + 1, BASE, AgeQuery.CLEAR, true);
                    assertThat(mmu.countLeaves(cpu, true)).isZero();
                    assertThat(mmu.fastFault(cpu, root, fault)).isEqualTo(RetPf.FIXED);
                    assertThat(mmu.countLeaves(cpu, true)).isEqualTo(1);
                });
    }

    @Test
    void aFaultBelowItFindsItsPage() {
        with(
                SpteFormat.EPT,
                RadixTable.LEVEL_2M,
                0,
                (cpu, mmu, root) -> {
                    TableCache spare = new TableCache(mmu, 0);
                    spare.topUp(cpu);
                    Fault fault = new Fault();
                    fault.gfn = BASE + 77;
                    fault.level = RadixTable.LEVEL_2M;
                    fault.pfn = (int) PFN + 77;
                    assertThat(mmu.map(cpu, root, spare, fault)).isEqualTo(RetPf.SPURIOUS);
                    fault.write = true;
                    fault.mapWritable = true;
                    assertThat(mmu.map(cpu, root, spare, fault)).isEqualTo(RetPf.FIXED);
                    assertThat(mmu.map(cpu, root, spare, fault)).isEqualTo(RetPf.SPURIOUS);
                    assertThat(mmu.countLeaves(cpu, false)).isEqualTo(1);
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4})
    void aGuestReachesEveryPageOfIt(int tlbEntries) {
        with(
                SpteFormat.EPT,
                RadixTable.LEVEL_2M,
                SpteFormat.HOST_WRITABLE,
                (cpu, mmu, root) -> {
                    GuestTlb tlb = new GuestTlb(mmu, new Mailbox(cpu), tlbEntries, null);
                    for (int turn = 0; turn < 2; turn++) {
                        for (int page : new int[] {0, 5, 511}) {
                            long leaf = tlb.access(cpu, root.table, BASE + page, false);
                            assertThat(mmu.format.pfn(leaf)).isEqualTo(PFN + page);
                        }
                    }
                    assertThat(tlb.access(cpu, root.table, BASE, true))
                            .isEqualTo(HardwareWalk.FAULT_PROTECTION);
                    assertThat(tlb.access(cpu, root.table, BASE + 512, false))
                            .isEqualTo(HardwareWalk.FAULT_NOT_PRESENT);
                });
    }
}
