package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.aging.SecondaryAging.Window;
import org.gleaner.mm.notifier.FlipBitmapYoung;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.notifier.PredicateBitmapYoung;
import org.gleaner.mm.notifier.SplitBitmapYoung;
import org.gleaner.mm.notifier.TwoBitmapYoung;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What the designs find in a real second stage.
final class AgingTest {
    private static final int PAGES = 700;

    static Stream<Arguments> everything() {
        Stream.Builder<Arguments> all = Stream.builder();
        for (World.Kind kind : World.Kind.values()) {
            for (AgingDesign design : AgingDesign.values()) {
                for (SpteFormat format :
                        new SpteFormat[] {SpteFormat.EPT, SpteFormat.EPT_NO_AD, SpteFormat.NPT}) {
                    all.add(Arguments.of(kind, design.plan(), format));
                }
            }
            all.add(Arguments.of(kind, AgingPlan.parse("v1/lock"), SpteFormat.EPT));
            all.add(Arguments.of(kind, AgingPlan.parse("merged/lock"), SpteFormat.EPT_NO_AD));
            all.add(Arguments.of(kind, AgingPlan.parse("locked-flush/no-flush"), SpteFormat.EPT));
        }
        return all.build();
    }

    @ParameterizedTest
    @MethodSource("everything")
    void accessedPagesAreYoungAndOthersOld(World.Kind kind, AgingPlan plan, SpteFormat format) {
        World.alone(
                kind,
                VmConfig.of(X86.of(format), plan),
                PAGES,
                (cpu, world, vcpu) -> {
                    vcpu.runSequential(cpu, 0, PAGES, true);
                    SplittableRandom random = new SplittableRandom(1);
                    BitSet all = new BitSet();
                    all.set(0, PAGES);
                    assertThat(pass(cpu, plan, world)).isEqualTo(all);
                    for (int round = 0; round < 4; round++) {
                        BitSet touched = new BitSet();
                        for (int i = 0; i < 100; i++) {
                            int page = random.nextInt(PAGES);
                            touched.set(page);
                            assertThat(vcpu.access(cpu, page, random.nextBoolean())).isZero();
                        }
                        assertThat(pass(cpu, plan, world)).isEqualTo(touched);
                        assertThat(pass(cpu, plan, world).isEmpty()).isTrue();
                    }
                    assertThat(world.vm.countLeaves(cpu, true)).isZero();
                    assertThat(world.vm.countLeaves(cpu, false)).isEqualTo(PAGES);
                    assertThat(vcpu.stat().faults())
                            .as("aging costs no slow fault")
                            .isEqualTo(PAGES);
                    assertThat(vcpu.stat().fastFaults() > 0)
                            .isEqualTo(!format.hardwareAccessedDirty);
                });
    }

    /// Every page, by the walk's window; or as eviction targets where the walk asks nobody.
    private static BitSet pass(Cpu cpu, AgingPlan plan, World world) {
        MmuNotifierSubscriptions mm = world.space.notifiers;
        SecondaryAging aging = plan.secondary();
        BitSet young = new BitSet();
        if (plan.design() == AgingDesign.LOCKED_FLUSH) {
            for (int page = 0; page < PAGES; page++) {
                young.set(page, (aging.target(cpu, mm, page, false) & SecondaryAging.YOUNG) != 0);
            }
            return young;
        }
        Window window = aging.newWindow();
        window.begin(mm, 0, PAGES);
        for (int page = 0; page < PAGES; page++) {
            if (window.test(cpu, page, false)) {
                young.set(page, window.clear(cpu, page));
            }
        }
        window.finish(cpu);
        return young;
    }

    @ParameterizedTest
    @EnumSource
    void aPageIsYoungThroughAnyOfItsAliases(AgingDesign design) {
        World.alone(
                World.Kind.VIRTUAL,
                VmConfig.of(X86.EPT, design.plan()),
                PAGES,
                (cpu, world, vcpu) -> {
                    world.vm.createSlot(cpu, 1, 4096, PAGES, 0, false);
                    world.vm.createSlot(cpu, 2, 8192, 64, 0, false);
                    SecondaryAging aging = design.plan().secondary();
                    MmuNotifierSubscriptions mm = world.space.notifiers;
                    long[][] groups = {{5}, {4096 + 5}, {8192 + 5}, {5, 8192 + 5}, {}};
                    for (long[] group : groups) {
                        for (long gfn : group) {
                            vcpu.access(cpu, gfn, true);
                        }
                        boolean young = group.length != 0;
                        assertThat(mm.testYoung(cpu, 5)).isEqualTo(young);
                        int target = aging.target(cpu, mm, 5, false);
                        assertThat((target & SecondaryAging.YOUNG) != 0).isEqualTo(young);
                        assertThat(mm.testYoung(cpu, 5)).isFalse();
                    }
                });
    }

    @Test
    void bitmapsCountFromTheEndInEveryGeneration() {
        World.alone(
                World.Kind.VIRTUAL,
                VmConfig.of(X86.EPT, AgingDesign.V1.plan()),
                PAGES,
                (cpu, world, vcpu) -> {
                    MmuNotifierSubscriptions mm = world.space.notifiers;
                    vcpu.access(cpu, 10, true);
                    vcpu.access(cpu, 12, true);
                    long[] zeros = {0};
                    assertThat(FlipBitmapYoung.testClearYoung(cpu, mm, 10, 14, true, zeros))
                            .isFalse();
                    assertThat(zeros[0]).isEqualTo(0b1010);
                    long[] some = {0b1100};
                    FlipBitmapYoung.testClearYoung(cpu, mm, 10, 14, false, some);
                    assertThat(some[0]).as("10 cleared, 12 observed").isEqualTo(0b0110);
                    assertThat(mm.testYoung(cpu, 10)).isFalse();
                    assertThat(mm.testYoung(cpu, 12)).isTrue();
                });
        World.alone(
                World.Kind.VIRTUAL,
                VmConfig.of(X86.EPT, AgingDesign.V2.plan()),
                PAGES,
                (cpu, world, vcpu) -> {
                    MmuNotifierSubscriptions mm = world.space.notifiers;
                    vcpu.access(cpu, 10, true);
                    vcpu.access(cpu, 12, true);
                    long[] predicate = {0b0100};
                    assertThat(
                                    PredicateBitmapYoung.testClearYoung(
                                            cpu, mm, 10, 14, true, predicate))
                            .as("young though nothing was to be cleared")
                            .isEqualTo(PredicateBitmapYoung.LOCKLESS);
                    assertThat(predicate[0]).isEqualTo(0b0100);
                    long[] out = {0};
                    PredicateBitmapYoung.testClearYoung(cpu, mm, 10, 14, false, out);
                    assertThat(out[0]).isEqualTo(0b1010);
                });
        World.alone(
                World.Kind.VIRTUAL,
                VmConfig.of(X86.EPT, AgingDesign.V3.plan()),
                PAGES,
                (cpu, world, vcpu) -> {
                    MmuNotifierSubscriptions mm = world.space.notifiers;
                    vcpu.access(cpu, 10, true);
                    vcpu.access(cpu, 12, true);
                    long[] out = {1L << 40};
                    assertThat(SplitBitmapYoung.testYoung(cpu, mm, 10, 14, out))
                            .isEqualTo(SplitBitmapYoung.FAST);
                    assertThat(out[0]).as("other bits stay").isEqualTo(1L << 40 | 0b1010);
                    long[] predicate = {0b0010};
                    SplitBitmapYoung.clearYoung(cpu, mm, 10, 14, predicate);
                    assertThat(mm.testYoung(cpu, 10)).isTrue();
                    assertThat(mm.testYoung(cpu, 12)).isFalse();
                });
    }

    /// I19: the offset is linear in host pages, also where the range spans slots that lie apart in
    /// the guest.
    @Test
    void aWindowAcrossTwoSlotsHasOneOrderOfBits() {
        World world = new World(World.Kind.VIRTUAL, PAGES, PAGES);
        world.engine.spawn(
                "host",
                cpu -> {
                    VmConfig config = VmConfig.of(X86.EPT, AgingDesign.TWO_BITMAPS.plan());
                    Vm vm = Vm.create(cpu, config, world.space, world.rcu);
                    vm.createSlot(cpu, 0, 1 << 20, 100, 0, false);
                    vm.createSlot(cpu, 1, 0, 100, 100, false);
                    Vcpu vcpu = vm.newVcpu(cpu);
                    vcpu.access(cpu, (1 << 20) + 99, true);
                    vcpu.access(cpu, 3, true);
                    long[] young = new long[2];
                    long[] predicate = new long[2];
                    predicate[0] = 1L << 96 - 64;
                    assertThat(
                                    TwoBitmapYoung.testClearYoung(
                                            cpu, world.space.notifiers, 0, 200, true, young, null))
                            .isTrue();
                    BitSet expected = new BitSet();
                    expected.set(199 - 99);
                    expected.set(199 - 103);
                    assertThat(BitSet.valueOf(young)).isEqualTo(expected);
                    vm.destroy(cpu);
                });
        world.run();
    }

    /// I20: testing changes nothing; no bitmap and a predicate of ones leave the same state.
    @Test
    void noPredicateIsAPredicateOfOnes() {
        World.alone(
                World.Kind.VIRTUAL,
                VmConfig.of(X86.EPT_NO_AD, AgingDesign.TWO_BITMAPS.plan()),
                PAGES,
                (cpu, world, vcpu) -> {
                    MmuNotifierSubscriptions mm = world.space.notifiers;
                    for (long[] predicate : new long[][] {null, {-1L}}) {
                        vcpu.runSequential(cpu, 0, 64, false);
                        long[] young = {0};
                        TwoBitmapYoung.testClearYoung(cpu, mm, 0, 64, false, young, null);
                        assertThat(young[0]).isEqualTo(-1L);
                        assertThat(world.vm.countLeaves(cpu, true)).isEqualTo(64);
                        TwoBitmapYoung.testClearYoung(cpu, mm, 0, 64, true, null, predicate);
                        assertThat(world.vm.countLeaves(cpu, true)).isZero();
                    }
                });
    }

    @Test
    void onlyFlushingDesignsFlushAndOnlyIfYoung() {
        for (AgingDesign design : AgingDesign.values()) {
            World.alone(
                    World.Kind.VIRTUAL,
                    VmConfig.of(X86.EPT, design.plan()),
                    PAGES,
                    (cpu, world, vcpu) -> {
                        vcpu.access(cpu, 1, true);
                        world.space.notifiers.clearFlushYoung(cpu, 1, 2);
                        world.space.notifiers.clearFlushYoung(cpu, 1, 2);
                        assertThat(world.vm.remoteFlushes())
                                .isEqualTo(design == AgingDesign.MERGED ? 0 : 1);
                    });
        }
    }

    /// I25: through a cached translation an access sets nothing until a flush or a zap.
    @Test
    void aCachedTranslationHidesAccessesUntilAFlush() {
        World.alone(
                World.Kind.VIRTUAL,
                VmConfig.of(X86.EPT, AgingDesign.LOCKED_FLUSH.plan()).withTlb(64),
                PAGES,
                (cpu, world, vcpu) -> {
                    MmuNotifierSubscriptions mm = world.space.notifiers;
                    vcpu.access(cpu, 1, true);
                    assertThat(mm.clearYoung(cpu, 1, 2)).isTrue();
                    vcpu.access(cpu, 1, true);
                    assertThat(mm.clearYoung(cpu, 1, 2)).as("no flush: not seen").isFalse();
                    vcpu.access(cpu, 65, true);
                    vcpu.access(cpu, 1, false);
                    assertThat(mm.clearFlushYoung(cpu, 1, 2)).as("evicted: seen").isTrue();
                    vcpu.access(cpu, 1, false);
                    assertThat(mm.clearYoung(cpu, 1, 2)).as("flushed: seen").isTrue();
                });
    }
}
