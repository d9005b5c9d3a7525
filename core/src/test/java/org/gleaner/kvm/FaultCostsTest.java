package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.gleaner.machine.Cost;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.machine.Word;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.junit.jupiter.api.Test;

/// A fault pays for as far as it comes: what it costs under a model of which one constant is larger
/// says how often that is in it.
final class FaultCostsTest {
    private static final int PAGES = 64;

    /// In nanoseconds.
    private static final long MORE = 1_000;

    private static World under(Cost larger) {
        CostModel model = World.COSTS;
        long ticks = model.ticks(larger) + MORE * CostModel.TICKS_PER_NANO;
        return new World(
                new VirtualEngine(model.with(Map.of(larger, ticks)), VirtualOptions.seed(7)),
                PAGES,
                PAGES);
    }

    /// What one access takes, which finds `failure` or its page, in nanoseconds.
    private static long access(World world, int failure) {
        long[] taken = new long[1];
        world.alone(
                World.config(),
                (cpu, w, vcpu) -> {
                    w.space.failure = failure;
                    long before = cpu.now();
                    assertThat(vcpu.access(cpu, 3, true)).isEqualTo(failure);
                    taken[0] = cpu.now() - before;
                });
        return taken[0];
    }

    private static long times(Cost cost, int failure) {
        World plain = new World(World.Kind.VIRTUAL, PAGES, PAGES);
        return (access(under(cost), failure) - access(plain, failure)) / MORE;
    }

    @Test
    void aWholeFaultLooksUpAndMapsOnce() {
        assertThat(times(Cost.VMEXIT, 0)).isOne();
        assertThat(times(Cost.KVM_LOOKUP, 0)).isOne();
        assertThat(times(Cost.KVM_MAP, 0)).isOne();
        assertThat(times(Cost.MMU_INSTALL, 0)).isOne();
    }

    @Test
    void aFaultThatFindsNoPageLooksUpAndMapsNothing() {
        assertThat(times(Cost.VMEXIT, PageFaults.FAULT)).isOne();
        assertThat(times(Cost.KVM_LOOKUP, PageFaults.FAULT)).isOne();
        assertThat(times(Cost.KVM_MAP, PageFaults.FAULT)).isZero();
        assertThat(times(Cost.MMU_INSTALL, PageFaults.FAULT)).isZero();
    }

    /// Again and again, as long as its page is about to be taken away.
    @Test
    void aFaultThatIsOvertakenMapsNothing() {
        long retries = retries(new World(World.Kind.VIRTUAL, PAGES, PAGES));
        assertThat(retries).isGreaterThan(10);
        assertThat(retries(under(Cost.KVM_MAP))).isEqualTo(retries);
        assertThat(retries(under(Cost.KVM_LOOKUP))).isBetween(1L, retries - 5);
    }

    private static long retries(World world) {
        Word begun = new Word();
        long[] retries = new long[1];
        world.host(
                World.config(),
                cpu -> {
                    invalidate(cpu, world, begun);
                });
        world.actor(
                "vcpu",
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    cpu.await(begun, -1, 1);
                    assertThat(vcpu.access(cpu, 3, true)).isZero();
                    retries[0] = vcpu.stat().retries();
                });
        world.run();
        return retries[0];
    }

    private static void invalidate(Cpu cpu, World world, Word begun) {
        world.space.notifiers.invalidateRangeStart(cpu, 3, 4, true, InvalidationEvent.CLEAR);
        cpu.store(begun, 1);
        cpu.sleep(40_000);
        world.space.notifiers.invalidateRangeEnd(cpu, 3, 4);
    }
}
