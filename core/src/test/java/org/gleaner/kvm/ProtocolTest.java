package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Word;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Interleavings that the protocols allow, and what must come of them.
final class ProtocolTest {
    private static final int PAGES = 600;

    /// I22: lock-free aging does not wait for `mmu_lock`; locked aging does.
    @ParameterizedTest
    @EnumSource
    void lockFreeAgingPassesAHeldLock(AgingDesign design) {
        World world = new World(World.Kind.VIRTUAL, PAGES, PAGES);
        long held = 1_000_000;
        boolean waits = design == AgingDesign.LOCKED || design == AgingDesign.LOCKED_FLUSH;
        world.host(
                VmConfig.of(X86.EPT, design.plan()),
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    vcpu.access(cpu, 1, true);
                    long start = cpu.now();
                    world.engine.spawn(
                            "ager",
                            c -> {
                                c.sleep(1_000);
                                int target =
                                        design.plan()
                                                .secondary()
                                                .target(c, world.space.notifiers, 1, false);
                                assertThat(target).isNotZero();
                                assertThat(c.now() - start >= held).isEqualTo(waits);
                            });
                    world.vm.holdMmuLock(cpu, held);
                    cpu.sleep(held);
                    world.vm.destroy(cpu);
                });
        world.run();
    }

    /// I12: one access, two agers: the bit is taken once, and at least one of them says young.
    @Test
    void twoAgersTakeABitOnce() {
        World world = new World(World.Kind.VIRTUAL, PAGES, PAGES);
        Word reports = new Word();
        world.host(
                World.config(),
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    vcpu.runSequential(cpu, 0, PAGES, true);
                    for (int id = 0; id < 2; id++) {
                        world.engine.spawn("ager" + id, c -> count(c, world, reports));
                    }
                    cpu.sleep(10_000_000);
                    assertThat(cpu.load(reports)).isBetween((long) PAGES, 2L * PAGES);
                    assertThat(world.vm.countLeaves(cpu, true)).isZero();
                    world.vm.destroy(cpu);
                });
        world.run();
    }

    private static void count(Cpu cpu, World world, Word reports) {
        for (int page = 0; page < PAGES; page++) {
            if (world.space.notifiers.clearYoung(cpu, page, page + 1)) {
                cpu.fetchAdd(reports, 1);
            }
        }
    }

    /// I13: without hardware bits, an ager that loses its one attempt leaves the page young, and
    /// says so.
    @Test
    void aLostAttemptIsNotRepeated() {
        SpteSteps conflict =
                new SpteSteps() {
                    @Override
                    public boolean age(
                            Cpu cpu, SpteFormat f, long[] words, int i, long old, long update) {
                        assertThat(cpu.cas(words, i, old, old & ~f.dirty)).isTrue();
                        return cpu.cas(words, i, old, update);
                    }
                };
        World.alone(
                World.Kind.VIRTUAL,
                VmConfig.of(X86.EPT_NO_AD, World.merged()).withSteps(conflict),
                PAGES,
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 1, true);
                    assertThat(world.space.notifiers.clearYoung(cpu, 1, 2)).isTrue();
                    assertThat(world.vm.countLeaves(cpu, true)).isEqualTo(1);
                });
    }

    /// I14: tracked and restored, an entry is what it was; W comes back only with a write.
    @Test
    void trackingIsUndoneByTheNextAccess() {
        World.alone(
                World.Kind.VIRTUAL,
                VmConfig.of(X86.EPT_NO_AD, World.merged()),
                PAGES,
                (cpu, world, vcpu) -> {
                    MmuNotifierSubscriptions mm = world.space.notifiers;
                    vcpu.access(cpu, 1, true);
                    mm.clearYoung(cpu, 1, 2);
                    vcpu.access(cpu, 1, false);
                    assertThat(vcpu.stat().fastFaults()).isEqualTo(1);
                    vcpu.access(cpu, 1, false);
                    assertThat(vcpu.stat().fastFaults()).isEqualTo(1);
                    vcpu.access(cpu, 1, true);
                    assertThat(vcpu.stat().fastFaults())
                            .as("W by a second fast fault")
                            .isEqualTo(2);
                    mm.clearYoung(cpu, 1, 2);
                    vcpu.access(cpu, 1, true);
                    assertThat(vcpu.stat().fastFaults()).as("R, X and W by one").isEqualTo(3);
                    assertThat(vcpu.stat().faults()).isEqualTo(1);
                });
    }

    /// H11: an open invalidation holds up a change of slots, and nothing holds up the invalidation.
    @Test
    void slotsWaitForInvalidations() {
        World world = new World(World.Kind.VIRTUAL, PAGES, PAGES);
        world.host(
                World.config(),
                cpu -> {
                    MmuNotifierSubscriptions mm = world.space.notifiers;
                    mm.invalidateRangeStart(cpu, 0, 1, true, InvalidationEvent.CLEAR);
                    world.engine.spawn(
                            "slots",
                            c -> {
                                world.vm.createSlot(c, 1, 4096, 8, 0, false);
                                assertThat(c.now()).isGreaterThan(5_000_000);
                            });
                    cpu.sleep(5_000_000);
                    mm.invalidateRangeEnd(cpu, 0, 1);
                    cpu.sleep(5_000_000);
                    world.vm.destroy(cpu);
                });
        world.run();
    }

    /// A CPU runs two vCPUs in turn: what is asked of both is served by each, also where the first
    /// is in the guest meanwhile and the second is not.
    @Test
    void aRequestReachesEveryVcpuOfItsCpu() {
        World world = new World(World.Kind.VIRTUAL, PAGES, PAGES);
        long[] flushes = new long[2];
        world.host(
                World.config().withTlb(64).withMemory(world.space),
                cpu -> {
                    Vcpu first = world.vm.newVcpu(cpu);
                    Vcpu second = world.vm.newVcpu(cpu);
                    first.accessData(cpu, 0, 0, true, 7);
                    second.access(cpu, 0, false);
                    world.engine.spawn("evict", c -> world.space.evict(c, 0));
                    while (first.stat().flushes() == 0) {
                        first.runSequential(cpu, 1, PAGES, true);
                    }
                    second.accessData(cpu, 0, 0, false, 0);
                    assertThat(second.data()).isEqualTo(7);
                    flushes[0] = first.stat().flushes();
                    flushes[1] = second.stat().flushes();
                    cpu.sleep(1_000_000);
                    world.vm.destroy(cpu);
                });
        world.run();
        assertThat(flushes).containsExactly(1, 1);
    }

    @Test
    void anEndWithoutItsStartIsRefused() {
        assertThatThrownBy(() ->
                        World.alone(
                                World.Kind.VIRTUAL,
                                World.config(),
                                PAGES,
                                (cpu, world, vcpu) ->
                                        world.space.notifiers.invalidateRangeEnd(cpu, 0, 1)))
                .hasStackTraceContaining("never began");
    }

    /// I8: the VM goes while it is being aged and invalidated.
    @ParameterizedTest
    @EnumSource
    void destroyedWhileAged(World.Kind kind) {
        for (int round = 0; round < 5; round++) {
            World world = new World(kind, PAGES, PAGES);
            Engine engine = world.engine;
            world.host(
                    World.config(),
                    cpu -> {
                        Vcpu vcpu = world.vm.newVcpu(cpu);
                        vcpu.runSequential(cpu, 0, PAGES, true);
                        Word done = new Word();
                        for (int id = 0; id < 2; id++) {
                            engine.spawn(
                                    "ager" + id,
                                    c -> {
                                        while (c.load(done) == 0) {
                                            world.space.notifiers.clearYoung(c, 0, PAGES);
                                            c.chargeNanos(1_000);
                                        }
                                    });
                        }
                        cpu.sleep(200_000);
                        world.vm.destroy(cpu);
                        cpu.store(done, 1);
                    });
            world.run();
        }
    }

    /// The address space ends first: everything is zapped, and the VM can still be taken apart.
    @Test
    void theAddressSpaceMayGoFirst() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    vcpu.runSequential(cpu, 0, PAGES, true);
                    world.space.notifiers.release(cpu);
                    assertThat(world.space.notifiers.isEmpty()).isTrue();
                    assertThat(world.vm.countLeaves(cpu, false)).isZero();
                });
    }
}
