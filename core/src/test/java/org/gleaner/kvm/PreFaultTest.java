package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.LockDep;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.space.AddressSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `KVM_PRE_FAULT_MEMORY`.
final class PreFaultTest {
    private static final int PAGES = 512;

    @ParameterizedTest
    @EnumSource
    void mapsWhatIsNotThereAndLeavesTheRest(World.Kind kind) {
        World.alone(
                kind,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 3, true);
                    assertThat(world.vm.preFault(cpu, vcpu, 0, 16)).isEqualTo(16);
                    assertThat(world.vm.countLeaves(cpu, false)).isEqualTo(16);
                    assertThat(world.vm.countLeaves(cpu, true)).as("young").isEqualTo(1);
                    long faults = vcpu.stat().faults();
                    assertThat(faults).isEqualTo(16);
                    for (int gfn = 0; gfn < 16; gfn++) {
                        assertThat(vcpu.access(cpu, gfn, true)).isZero();
                    }
                    assertThat(vcpu.stat().faults()).isEqualTo(faults);
                    assertThat(vcpu.stat().spurious()).isZero();
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void saysHowFarItCameBeforeItSaysWhyNoFurther() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    Vm vm = world.vm;
                    assertThat(vm.preFault(cpu, vcpu, PAGES - 4, 8)).isEqualTo(4);
                    assertThat(vm.preFault(cpu, vcpu, PAGES, 4)).isEqualTo(PreFault.NO_SLOT);
                    world.space.afterLookup = c -> world.space.failure = PageClaim.SIGPENDING;
                    assertThat(vm.preFault(cpu, vcpu, 0, 8)).isEqualTo(1);
                    assertThat(vm.preFault(cpu, vcpu, 1, 7)).isEqualTo(PageClaim.SIGPENDING);
                    world.space.failure = PageClaim.FAULT;
                    assertThat(vm.preFault(cpu, vcpu, 1, 7)).isEqualTo(PageClaim.FAULT);
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void aRangeThatIsNoneIsRefused() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    long[][] ranges = {
                        {0, 0}, {0, -1}, {-1, 2}, {1, Long.MAX_VALUE}, {1L << 36, 1}
                    };
                    for (long[] range : ranges) {
                        assertThat(world.vm.preFault(cpu, vcpu, range[0], range[1]))
                                .isEqualTo(PreFault.INVALID);
                    }
                });
    }

    /// A slot on its way out answers at once, where a guest's fault would come back until it is
    /// gone.
    @Test
    void aSlotOnItsWayOutIsToBeAskedAgain() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    world.vm.createSlot(cpu, 1, 4096, 8, 0, false);
                    int section = world.vm.srcu.readLock(cpu);
                    world.engine.spawn("deleter", c -> world.vm.deleteSlot(c, 1));
                    while (!world.vm.memslots(cpu).byId(1).invalid()) {
                        cpu.sleep(1_000);
                    }
                    long answer = world.vm.preFault(cpu, vcpu, 4096, 8);
                    world.vm.srcu.readUnlock(cpu, section);
                    assertThat(answer).isEqualTo(PageClaim.AGAIN);
                    while (world.vm.memslots(cpu).byId(1) != null) {
                        cpu.sleep(1_000);
                    }
                    assertThat(world.vm.preFault(cpu, vcpu, 4096, 8)).isEqualTo(PreFault.NO_SLOT);
                    assertThat(world.vm.preFault(cpu, vcpu, 0, 8)).as("a new root").isEqualTo(8);
                });
    }

    @Test
    void anInvalidationThatOvertakesItMakesItTryAgain() {
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
                    assertThat(world.vm.preFault(cpu, vcpu, 9, 1)).isEqualTo(1);
                    assertThat(vcpu.stat().retries()).isZero();
                    assertThat(world.space.held()).isZero();
                });
    }

    /// A leaf as large as the host's covers its whole piece at once; the rest of it is not asked
    /// for again.
    @Test
    void aHugeLeafIsMappedAsAWhole() {
        SmallHost small = SmallHost.virtual().thp().frames(8192);
        Rcu rcu = Rcu.start(small.engine());
        small.run(cpu -> {
            AddressSpace mm = small.host().newAddressSpace(cpu, small.host().memcgs().root());
            mm.map(cpu, 1024, 1024, small.host().objects().newAnon(), 0, true);
            VmConfig config = World.config();
            Vm vm = Vm.create(cpu, config, small.host().pages().of(mm), rcu);
            vm.createSlot(cpu, 0, 0, 1024, 1024, false);
            Vcpu vcpu = vm.newVcpu(cpu);
            assertThat(vm.preFault(cpu, vcpu, 100, 500)).isEqualTo(500);
            assertThat(vcpu.stat().faults()).isEqualTo(2);
            assertThat(vcpu.stat().hugeFaults()).isEqualTo(2);
            assertThat(vm.countLeaves(cpu, false)).isEqualTo(2);
            assertThat(vm.countLeaves(cpu, true)).isZero();
            assertThat(vcpu.runSequential(cpu, 0, 1024, true)).isEqualTo(1024);
            assertThat(vcpu.stat().faults()).isEqualTo(2);
            small.host().mappingChanges().exit(cpu, mm);
            vm.destroy(cpu);
            LockDep.checkIdle(cpu);
        });
    }
}
