package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.kvm.arch.X86;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Faults, zaps and slots of one VM.
final class PageFaultTest {
    private static final int PAGES = 2048;

    @ParameterizedTest
    @EnumSource
    void aFirstAccessInstallsAndLaterOnesHit(World.Kind kind) {
        World.alone(
                kind,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    assertThat(vcpu.access(cpu, 3, true)).isZero();
                    assertThat(vcpu.access(cpu, 3, true)).isZero();
                    assertThat(vcpu.access(cpu, 3, false)).isZero();
                    assertThat(vcpu.stat().faults()).isEqualTo(1);
                    assertThat(vcpu.stat().hits()).isEqualTo(3);
                    assertThat(world.vm.countLeaves(cpu, false)).isEqualTo(1);
                    assertThat(world.space.isDirty(world.space.frameOf(3))).isTrue();
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void aReadOfAPageTheHostMapsReadOnlyIsCleanUntilItIsWritten() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    world.space.writable = false;
                    vcpu.access(cpu, 3, false);
                    assertThat(world.space.isDirty(world.space.frameOf(3))).isFalse();
                    assertThat(vcpu.access(cpu, 3, true)).isZero();
                    assertThat(vcpu.stat().faults()).isEqualTo(2);
                    assertThat(world.space.isDirty(world.space.frameOf(3))).isTrue();
                    assertThat(world.vm.countLeaves(cpu, false)).isEqualTo(1);
                });
    }

    @Test
    void errorsLeaveTheGuestAndNothingBehind() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    assertThat(vcpu.access(cpu, PAGES, false)).isEqualTo(Vcpu.EXIT_MMIO);
                    world.space.failure = PageFaults.NOMEM;
                    assertThat(vcpu.access(cpu, 5, false)).isEqualTo(PageFaults.NOMEM);
                    int[] trace = {5, 6};
                    assertThat(vcpu.run(cpu, trace, 0, 2)).isZero();
                    assertThat(vcpu.error()).isEqualTo(PageFaults.NOMEM);
                    assertThat(vcpu.runSequential(cpu, 5, 9, true)).isEqualTo(5);
                    world.space.failure = 0;
                    assertThat(vcpu.run(cpu, trace, 0, 2)).isEqualTo(2);
                    assertThat(vcpu.error()).isZero();
                    world.vm.createSlot(cpu, 1, 1L << 20, 16, 0, true);
                    assertThat(vcpu.access(cpu, (1L << 20) + 1, false)).isZero();
                    assertThat(vcpu.access(cpu, (1L << 20) + 1, true)).isEqualTo(Vcpu.EXIT_MMIO);
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void aFaultWithoutATableLeftFailsAndNothingElse() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config().withTables(4),
                PAGES,
                (cpu, world, vcpu) -> {
                    world.vm.createSlot(cpu, 1, 1L << 20, PAGES, 0, false);
                    assertThat(vcpu.access(cpu, 5, true)).isZero();
                    assertThat(vcpu.access(cpu, (1L << 20) + 5, true)).isEqualTo(PageFaults.NOMEM);
                    assertThat(vcpu.access(cpu, 6, true)).isEqualTo(PageFaults.NOMEM);
                    assertThat(vcpu.access(cpu, 5, true)).isZero();
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void anEvictionZapsEveryAliasAndMarksWhereTheKernelDid() {
        VmConfig old = VmConfig.of(X86.EPT, AgingDesign.LOCKED.plan());
        for (VmConfig config : new VmConfig[] {World.config(), old}) {
            World.alone(
                    World.Kind.VIRTUAL,
                    config,
                    PAGES,
                    (cpu, world, vcpu) -> {
                        world.vm.createSlot(cpu, 1, 4096, PAGES, 0, false);
                        vcpu.access(cpu, 7, true);
                        vcpu.access(cpu, 4096 + 7, true);
                        long marked = world.space.marked.get();
                        assertThat(world.space.evict(cpu, 7)).isTrue();
                        assertThat(world.vm.countLeaves(cpu, false)).isZero();
                        assertThat(world.vm.remoteFlushes()).isEqualTo(1);
                        assertThat(world.space.marked.get() - marked)
                                .isEqualTo(config.pfn().marksFromEntries() ? 2 : 0);
                        vcpu.access(cpu, 7, false);
                        assertThat(vcpu.stat().faults()).isEqualTo(3);
                    });
        }
    }

    @Test
    void aFaultThatAnInvalidationOvertakesRetriesAndUsesNothing() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    world.space.afterLookup =
                            c -> {
                                world.space.afterLookup = x -> {};
                                assertThat(world.space.evict(c, 9)).isFalse();
                            };
                    assertThat(vcpu.access(cpu, 9, true)).isZero();
                    assertThat(vcpu.stat().retries()).isEqualTo(1);
                    assertThat(vcpu.stat().faults()).isEqualTo(1);
                    assertThat(world.space.marked.get()).isEqualTo(1);
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void anInvalidationElsewhereDoesNotDisturbAFault() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    world.space.notifiers.invalidateRangeStart(
                            cpu, 0, 8, true, InvalidationEvent.CLEAR);
                    assertThat(vcpu.access(cpu, 9, true)).isZero();
                    assertThat(vcpu.stat().retries()).isZero();
                    world.space.notifiers.invalidateRangeStart(
                            cpu, 100, 101, true, InvalidationEvent.CLEAR);
                    world.space.notifiers.invalidateRangeEnd(cpu, 0, 8);
                    world.space.notifiers.invalidateRangeEnd(cpu, 100, 101);
                    assertThat(vcpu.access(cpu, 3, true)).isZero();
                });
    }

    @ParameterizedTest
    @EnumSource
    void deletingASlotZapsEverythingOrOnlyTheSlot(World.Kind kind) {
        for (boolean all : new boolean[] {true, false}) {
            World.alone(
                    kind,
                    World.config().withZapAll(all),
                    PAGES,
                    (cpu, world, vcpu) -> {
                        world.vm.createSlot(cpu, 1, 4096, PAGES, 0, false);
                        vcpu.runSequential(cpu, 0, 1000, true);
                        vcpu.runSequential(cpu, 4096, 4096 + 1000, true);
                        world.vm.deleteSlot(cpu, 1);
                        assertThat(world.vm.countLeaves(cpu, false)).isEqualTo(all ? 0 : 1000);
                        assertThat(vcpu.access(cpu, 4096, true)).isEqualTo(Vcpu.EXIT_MMIO);
                        assertThat(vcpu.access(cpu, 0, true)).isZero();
                        assertThatThrownBy(() -> world.vm.deleteSlot(cpu, 1))
                                .hasMessageContaining("no memory slot 1");
                        assertThatThrownBy(() -> world.vm.createSlot(cpu, 2, 5, 5, 0, false))
                                .hasMessageContaining("overlaps");
                    });
        }
    }

    @Test
    void aContextResetTearsTablesDownOnlyOnOldKernels() {
        for (boolean kept : new boolean[] {true, false}) {
            World.alone(
                    World.Kind.VIRTUAL,
                    World.config().withRootsKept(kept),
                    PAGES,
                    (cpu, world, vcpu) -> {
                        vcpu.runSequential(cpu, 0, PAGES, true);
                        vcpu.resetContext(cpu);
                        vcpu.runSequential(cpu, 0, PAGES, true);
                        assertThat(vcpu.stat().faults()).isEqualTo(kept ? PAGES : 2 * PAGES);
                        assertThat(vcpu.stat().hits()).isEqualTo(2 * PAGES);
                    });
        }
    }

    @Test
    void memslotsFindByGuestAndByHostPage() {
        Memslots slots =
                Memslots.EMPTY
                        .with(new Memslot(1, 0, 100, 1000, false, false))
                        .with(new Memslot(2, 200, 100, 1000, false, false))
                        .with(new Memslot(3, 100, 50, 1100, false, false))
                        .with(new Memslot(4, 400, 1000, 900, false, false));
        assertThat(slots.find(99).id()).isEqualTo(1);
        assertThat(slots.find(100).id()).isEqualTo(3);
        assertThat(slots.find(150)).isNull();
        assertThat(slots.find(1400)).isNull();
        assertThat(overlaps(slots, 1050, 1051)).containsExactlyInAnyOrder(1, 2, 4);
        assertThat(overlaps(slots, 1099, 1101)).containsExactlyInAnyOrder(1, 2, 3, 4);
        assertThat(overlaps(slots, 900, 901)).containsExactly(4);
        assertThat(overlaps(slots, 1900, 1901)).isEmpty();
        assertThat(overlaps(slots, 800, 900)).isEmpty();
        assertThat(overlaps(slots.minus(4), 1000, 1200)).containsExactlyInAnyOrder(1, 2, 3);
    }

    private static List<Integer> overlaps(Memslots slots, long start, long end) {
        List<Integer> ids = new ArrayList<>();
        for (int i = slots.from(end); (i = slots.overlap(i, start)) >= 0; i--) {
            ids.add(slots.at(i).id());
        }
        return ids;
    }
}
