package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.mm.aging.AgingDesign;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an access to an aged page of arm64 costs, with and without the flag in hardware.
final class AccessFlagTest {
    private static final int PAGES = 600;

    private static VmConfig config(Architecture arch, AgingDesign design) {
        return VmConfig.of(arch, design.plan());
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 14, 16})
    void aClearFlagFaultsOnceAndTellsThePageBefore613(int pageShift) {
        VmConfig config = config(Arm64.SOFTWARE_FLAG, AgingDesign.LOCKED).withPageShift(pageShift);
        World.alone(
                World.Kind.VIRTUAL,
                config,
                PAGES,
                (cpu, world, vcpu) -> {
                    vcpu.runSequential(cpu, 0, PAGES, true);
                    assertThat(vcpu.stat().translationFaults()).isEqualTo(PAGES);
                    assertThat(world.vm.countLeaves(cpu, true)).isEqualTo(PAGES);
                    world.space.notifiers.clearYoung(cpu, 0, PAGES);
                    assertThat(world.vm.countLeaves(cpu, true)).isZero();
                    for (int page = 0; page < PAGES; page += 3) {
                        assertThat(vcpu.access(cpu, page, true)).isZero();
                        assertThat(vcpu.access(cpu, page, false)).isZero();
                    }
                    assertThat(vcpu.stat().fastFaults()).isEqualTo(PAGES / 3);
                    assertThat(vcpu.stat().permissionFaults()).isZero();
                    assertThat(vcpu.stat().translationFaults()).isEqualTo(PAGES);
                    assertThat(world.vm.countLeaves(cpu, true)).isEqualTo(PAGES / 3);
                    assertThat(Objects.requireNonNull(world.vm.entryMarks()).accessed())
                            .isEqualTo(PAGES / 3);
                });
    }

    @Test
    void laterKernelsTellThePageNothing() {
        World.alone(
                World.Kind.VIRTUAL,
                config(Arm64.SOFTWARE_FLAG, AgingDesign.MERGED),
                PAGES,
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 5, true);
                    world.space.notifiers.clearYoung(cpu, 0, PAGES);
                    vcpu.access(cpu, 5, true);
                    assertThat(vcpu.stat().fastFaults()).isEqualTo(1);
                    assertThat(world.vm.entryMarks()).isNull();
                });
    }

    @Test
    void hardwareSetsTheFlagWithoutAFault() {
        World.alone(
                World.Kind.VIRTUAL,
                config(Arm64.HARDWARE_FLAG, AgingDesign.LOCKED),
                PAGES,
                (cpu, world, vcpu) -> {
                    vcpu.runSequential(cpu, 0, PAGES, false);
                    world.space.notifiers.clearYoung(cpu, 0, PAGES);
                    vcpu.runSequential(cpu, 0, PAGES, false);
                    assertThat(vcpu.stat().fastFaults()).isZero();
                    assertThat(vcpu.stat().faults()).isEqualTo(PAGES);
                    assertThat(world.vm.countLeaves(cpu, true)).isEqualTo(PAGES);
                });
    }

    /// What an unmap empties it gives back at once: the tables of a range that is gone are there
    /// for the next one.
    @Test
    void anUnmapFreesTheTablesItEmpties() {
        World.alone(
                World.Kind.VIRTUAL,
                config(Arm64.HARDWARE_FLAG, AgingDesign.MERGED),
                2048,
                (cpu, world, vcpu) -> {
                    vcpu.runSequential(cpu, 0, 2048, true);
                    long flushes = world.vm.remoteFlushes();
                    world.vm.deleteSlot(cpu, 0);
                    assertThat(world.vm.countLeaves(cpu, false)).isZero();
                    assertThat(world.vm.remoteFlushes()).isEqualTo(flushes + 1);
                    world.vm.createSlot(cpu, 0, 0, 2048, 0, false);
                    assertThat(vcpu.runSequential(cpu, 0, 2048, true)).isEqualTo(2048);
                });
    }
}
