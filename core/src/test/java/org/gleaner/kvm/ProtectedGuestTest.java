package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.kvm.arch.Arm64;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A guest whose host may not get at it (pKVM): its pages are pinned as it faults for them, and
/// neither age nor go until it ends.
final class ProtectedGuestTest {
    private static final int PAGES = 600;

    private static VmConfig config() {
        return VmConfig.of(Arm64.PROTECTED, World.merged()).withTlb(16);
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 14, 16})
    void neitherAgersNorInvalidationsAreHeard(int pageShift) {
        World.alone(
                World.Kind.VIRTUAL,
                config().withPageShift(pageShift),
                PAGES,
                (cpu, world, vcpu) -> {
                    vcpu.runSequential(cpu, 0, PAGES, false);
                    assertThat(vcpu.stat().faults()).isEqualTo(PAGES);
                    assertThat(world.space.asked)
                            .containsOnly(Lookup.WRITE | Lookup.PIN | Lookup.INTERRUPTIBLE);
                    assertThat(world.vm.pins().count(cpu)).isEqualTo(PAGES);
                    assertThat(world.space.held()).isEqualTo(PAGES);
                    assertThat(world.space.notifiers.testYoung(cpu, 3)).isFalse();
                    assertThat(world.space.notifiers.clearYoung(cpu, 0, PAGES)).isFalse();
                    assertThat(world.space.notifiers.clearFlushYoung(cpu, 0, PAGES)).isFalse();
                    assertThat(world.vm.countLeaves(cpu, true)).isEqualTo(PAGES);
                    world.space.evict(cpu, 3);
                    assertThat(world.vm.countLeaves(cpu, false)).isEqualTo(PAGES);
                    vcpu.runSequential(cpu, 0, PAGES, true);
                    assertThat(vcpu.stat().faults()).as("no more, not for writes").isEqualTo(PAGES);
                    world.space.notifiers.release(cpu);
                    assertThat(world.vm.countLeaves(cpu, false)).isZero();
                    assertThat(world.space.held()).isZero();
                    assertThat(world.vm.pins().count(cpu)).isZero();
                    assertThat(world.space.isDirty(world.space.frameOf(5))).isTrue();
                });
    }

    @Test
    void itsMemoryIsNotLoggedAndItsSlotsStay() {
        World.alone(
                World.Kind.VIRTUAL,
                config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    assertThatThrownBy(() -> world.vm.dirtyLog().begin(cpu, 0))
                            .hasMessage("-EPERM: memory of a protected guest is not logged");
                    assertThatThrownBy(() -> world.vm.deleteSlot(cpu, 0))
                            .hasMessage("-EPERM: memory slots of a protected guest stay");
                });
    }

    /// A process that wants more than its limit has nothing to give but what no guest has touched.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itsHostReclaimsWhatIsNotTheGuests(boolean isProtected) {
        SmallHost small = SmallHost.virtual();
        Rcu rcu = Rcu.start(small.engine(), 50_000);
        int guest = 256;
        int more = 192;
        small.run(cpu -> {
            Process p = small.process(cpu, guest + 128, guest + more);
            VmConfig config =
                    VmConfig.of(
                            isProtected ? Arm64.PROTECTED : Arm64.HARDWARE_FLAG, World.merged());
            Vm vm = Vm.create(cpu, config, small.host().pages().of(p.mm), rcu);
            vm.createSlot(cpu, 0, 0, guest, Process.BASE, false);
            Vcpu vcpu = vm.newVcpu(cpu);
            vcpu.runSequential(cpu, 0, guest, true);
            for (int page = guest; page < guest + more; page++) {
                p.write(cpu, page);
            }
            assertThat(small.host().stat().get(VmEvent.PSWPOUT)).isPositive();
            int resident = 0;
            for (int page = 0; page < guest; page++) {
                resident += p.isResident(page) ? 1 : 0;
            }
            long faults = vcpu.stat().faults();
            vcpu.runSequential(cpu, 0, guest, false);
            if (isProtected) {
                assertThat(resident).isEqualTo(guest);
                assertThat(vcpu.stat().faults()).isEqualTo(faults);
            } else {
                assertThat(resident).isLessThan(guest);
                assertThat(vcpu.stat().faults()).isGreaterThan(faults);
            }
            vm.destroy(cpu);
        });
    }
}
