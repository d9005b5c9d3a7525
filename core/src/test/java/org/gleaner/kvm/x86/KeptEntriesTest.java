package org.gleaner.kvm.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.MmuParts;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.PreservedAccessed;
import org.gleaner.kvm.mmu.TableAccount;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.Rcu;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Machine;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Tree;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What an ager takes for the preserved A of a leaf that was zapped, entry by entry (N1, N2, N4),
/// and what the proposal, which asks for nothing but the A bit, would make of the others.
final class KeptEntriesTest {
    private static final long GFN = 512 * 7;

    /// Any entry that is not present, with A in it, is young: the proposal.
    private static final SpteSteps AS_POSTED =
            new SpteSteps() {
                @Override
                public boolean isKeptYoung(SpteFormat format, long entry) {
                    return format.isAccessed(entry);
                }
            };

    private static final class Bench {
        final SpteFormat format;
        final Cpu cpu;
        final TdpMmu mmu;
        final MmuRoot root;

        Bench(SpteFormat format, SpteSteps steps, Rcu rcu, Cpu cpu) {
            this.format = format;
            this.cpu = cpu;
            mmu =
                    new TdpMmu(
                            new MmuParts(
                                    new RadixTable(new TableSlab(SpteFormat.GEOMETRY, 64), format),
                                    new QueuedRwLock(LockClass.MMU_LOCK),
                                    rcu,
                                    new Invariants(format, SpteFormat.GEOMETRY, frame -> 0),
                                    steps,
                                    true,
                                    false,
                                    PreservedAccessed.PROPOSED,
                                    null,
                                    c -> {},
                                    TableAccount.NONE),
                            format);
            root = mmu.acquire(cpu);
        }

        void put(long gfn, long entry) {
            Tree.put(cpu, mmu.tables, root.table, gfn, RadixTable.LEVEL_4K, entry);
        }

        void leaf(long gfn, int flags) {
            long leaf = format.makeLeaf(gfn, RadixTable.LEVEL_4K, flags);
            put(gfn, leaf);
            mmu.invariants.changed(format.empty, leaf);
        }

        long entry(long gfn, int level) {
            long slot = Tree.slot(cpu, mmu.tables, root.table, gfn, level);
            return cpu.load(mmu.tables.slab.slotWords(slot), mmu.tables.slab.slotIndex(slot));
        }

        boolean age(AgeQuery query) {
            return mmu.age(cpu, GFN, GFN + 8, GFN + 7, query, false);
        }

        void zap(ZapCause cause) {
            mmu.mmuLock.writeLock(cpu);
            mmu.unmap(cpu, GFN, GFN + 8, cause);
            mmu.mmuLock.writeUnlock(cpu);
        }
    }

    private interface Body {
        void run(Bench bench);
    }

    private static void with(SpteFormat format, SpteSteps steps, Body body) {
        Engine engine = Machine.VIRTUAL.engine(3);
        Rcu rcu = Rcu.start(engine);
        Machine.spawn(
                engine,
                cpu -> {
                    Bench bench = new Bench(format, steps, rcu, cpu);
                    body.run(bench);
                    bench.zap(ZapCause.GONE);
                    bench.mmu.invariants.balanced();
                });
        engine.run();
    }

    private static Stream<SpteFormat> formats() {
        return Stream.of(SpteFormat.EPT, SpteFormat.EPT_NO_AD, SpteFormat.NPT);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void aZapLeavesNothingButAAndOnlyWhereThePageStays(SpteFormat format) {
        with(
                format,
                SpteSteps.LINUX,
                bench -> {
                    bench.leaf(GFN, SpteFormat.HOST_WRITABLE);
                    bench.leaf(GFN + 1, SpteFormat.HOST_WRITABLE | SpteFormat.PREFETCH);
                    bench.zap(ZapCause.PROTECTION);
                    assertThat(bench.entry(GFN, 1)).isEqualTo(format.empty | format.accessed);
                    assertThat(bench.entry(GFN + 1, 1)).isEqualTo(format.empty);
                    assertThat(format.isPresent(bench.entry(GFN, 1))).isFalse();
                    assertThat(format.permits(bench.entry(GFN, 1), EntryFormat.READ)).isFalse();
                    bench.leaf(GFN, SpteFormat.HOST_WRITABLE);
                    bench.zap(ZapCause.GONE);
                    assertThat(bench.entry(GFN, 1)).isEqualTo(format.empty);
                });
    }

    /// What has happened to A since the zap looked at the leaf is not lost and not made up.
    @ParameterizedTest
    @MethodSource("formats")
    void aZapPreservesTheAThatItTook(SpteFormat format) {
        for (boolean used : new boolean[] {false, true}) {
            SpteSteps meanwhile =
                    new SpteSteps() {
                        @Override
                        public long take(
                                Cpu cpu,
                                SpteFormat f,
                                long[] words,
                                int i,
                                int level,
                                long old,
                                long empty) {
                            if (used) {
                                cpu.fetchOr(words, i, f.accessed);
                            } else {
                                cpu.fetchAnd(words, i, ~f.accessed);
                            }
                            return super.take(cpu, f, words, i, level, old, empty);
                        }
                    };
            with(
                    format,
                    meanwhile,
                    bench -> {
                        bench.put(GFN, format.makeLeaf(GFN, 1, used ? SpteFormat.PREFETCH : 0));
                        bench.mmu.invariants.changed(
                                format.empty, format.makeLeaf(GFN, 1, 0) & ~format.accessed);
                        if (used) {
                            bench.mmu.invariants.changed(
                                    format.makeLeaf(GFN, 1, 0) & ~format.accessed,
                                    format.makeLeaf(GFN, 1, 0));
                        }
                        bench.zap(ZapCause.PROTECTION);
                        assertThat(format.isKept(bench.entry(GFN, 1))).isEqualTo(used);
                    });
        }
    }

    /// N1: tables have A set, by who made them or by hardware, and say nothing of any page.
    @ParameterizedTest
    @MethodSource("formats")
    void n1_tablesAreNotAged(SpteFormat format) {
        with(
                format,
                SpteSteps.LINUX,
                bench -> {
                    bench.put(GFN, format.empty);
                    long table = bench.entry(GFN, RadixTable.LEVEL_2M);
                    assertThat(format.isTable(table, RadixTable.LEVEL_2M)).isTrue();
                    assertThat(format.isAccessed(table)).isEqualTo(format != SpteFormat.EPT_NO_AD);
                    assertThat(bench.age(AgeQuery.TEST)).isFalse();
                    assertThat(bench.age(AgeQuery.CLEAR)).isFalse();
                    assertThat(bench.entry(GFN, RadixTable.LEVEL_2M)).isEqualTo(table);
                });
    }

    /// N2: an entry that stands for a device's registers has the VM's slot generation in bits 10 to
    /// 3, A among them.
    @ParameterizedTest
    @MethodSource("formats")
    void n2_entriesOfDevicesAreLeftAlone(SpteFormat format) {
        long device = format.empty | 6 | 0xffL << 3;
        with(
                format,
                SpteSteps.LINUX,
                bench -> {
                    bench.put(GFN, device);
                    assertThat(bench.age(AgeQuery.TEST)).isFalse();
                    assertThat(bench.age(AgeQuery.CLEAR)).isFalse();
                    assertThat(bench.entry(GFN, 1)).isEqualTo(device);
                    bench.put(GFN, format.empty);
                });
        with(
                format,
                AS_POSTED,
                bench -> {
                    bench.put(GFN, device);
                    assertThat(bench.age(AgeQuery.CLEAR)).as("young, and it is no page").isTrue();
                    assertThat(bench.entry(GFN, 1))
                            .as("of another generation")
                            .isEqualTo(device & ~format.accessed);
                    bench.put(GFN, format.empty);
                });
    }

    /// N4: a frozen entry whose value shares A is young, and thawed, where only A is asked for.
    @ParameterizedTest
    @MethodSource("formats")
    void n4_frozenEntriesAreNeverYoung(SpteFormat format) {
        SpteFormat old = format.withFrozen(SpteFormat.FROZEN_LINUX_6_18);
        frozen(format, SpteSteps.LINUX, false);
        frozen(format, AS_POSTED, false);
        frozen(old, SpteSteps.LINUX, false);
        frozen(old, AS_POSTED, true);
    }

    private static void frozen(SpteFormat format, SpteSteps steps, boolean spoilt) {
        with(
                format,
                steps,
                bench -> {
                    bench.put(GFN, format.frozen);
                    assertThat(bench.age(AgeQuery.CLEAR)).isEqualTo(spoilt);
                    assertThat(format.isFrozen(bench.entry(GFN, 1))).isEqualTo(!spoilt);
                    bench.put(GFN, format.empty);
                });
    }
}
