package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Topology;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.junit.jupiter.api.Test;

/// A guest that computes for longer than it has its CPU.
final class ComputeTest {
    private static final long SLICE = 100_000;

    private static final long LONG = 50 * SLICE;

    /// When whoever wakes in the middle of it has a CPU.
    private static long wakesAt(int cpus, long[] computed) {
        World world =
                new World(
                        new VirtualEngine(
                                World.COSTS,
                                VirtualOptions.seed(7)
                                        .withTopology(new Topology(1, cpus, 1, 0))
                                        .withSlice(SLICE)),
                        1,
                        1);
        long[] woken = new long[1];
        world.host(
                World.config(),
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    long before = cpu.now();
                    vcpu.compute(cpu, LONG);
                    computed[0] = cpu.now() - before;
                    world.vm.destroy(cpu);
                });
        world.engine.spawn(
                "waker",
                cpu -> {
                    cpu.sleep(10 * SLICE);
                    woken[0] = cpu.now();
                });
        world.run();
        return woken[0];
    }

    @Test
    void itsCpuIsTakenFromItAtTheEndOfASlice() {
        long[] computed = new long[1];
        assertThat(wakesAt(1, computed)).isBetween(10 * SLICE, 12 * SLICE);
        assertThat(computed[0]).isBetween(LONG, LONG + SLICE);
    }

    @Test
    void withACpuForEachItIsNotInterrupted() {
        long[] computed = new long[1];
        assertThat(wakesAt(8, computed)).isBetween(10 * SLICE, 10 * SLICE + SLICE / 10);
        assertThat(computed[0]).isBetween(LONG, LONG + SLICE / 20);
    }
}
