package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Topology;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.machine.Word;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Folded runs of hits and single accesses are the same run, to the tick.
final class FoldingTest {
    private static final int PAGES = 1500;
    private static final int VCPUS = 3;
    private static final long SLICE_NANOS = 10_000;

    @ParameterizedTest
    @ValueSource(ints = {0, 128})
    void foldedRunsEqualSingleSteps(int tlb) {
        for (AgingDesign design : List.of(AgingDesign.MERGED, AgingDesign.LOCKED_FLUSH)) {
            for (SpteFormat format : List.of(SpteFormat.EPT, SpteFormat.EPT_NO_AD)) {
                VmConfig config = VmConfig.of(X86.of(format), design.plan()).withTlb(tlb);
                assertThat(account(config, true, 8)).isEqualTo(account(config, false, 8));
            }
        }
    }

    /// A run of hits ends with the slice, whoever waits for its end.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void andSoWhereTasksTakeTurns(int cpus) {
        VmConfig config = VmConfig.of(X86.EPT, AgingDesign.MERGED.plan()).withTlb(128);
        assertThat(account(config, true, cpus)).isEqualTo(account(config, false, cpus));
    }

    private static List<String> account(VmConfig config, boolean folded, int cpus) {
        VirtualOptions options =
                VirtualOptions.seed(7)
                        .withTopology(new Topology(1, cpus, 1, 0))
                        .withSlice(SLICE_NANOS);
        World world = new World(new VirtualEngine(World.COSTS, options), PAGES, PAGES - 200);
        List<String> account = new ArrayList<>();
        Word running = new Word(VCPUS);
        world.host(
                config,
                cpu -> {
                    disturb(cpu, world, running);
                    account.add("host " + cpu.now());
                    account.add("young " + world.vm.countLeaves(cpu, true));
                    account.add("leaves " + world.vm.countLeaves(cpu, false));
                    account.add("flushes " + world.vm.remoteFlushes());
                    for (Vcpu v : world.vm.vcpus()) {
                        account.add(
                                "%d hits, %d faults, %d fast, %d retries, %d flushes"
                                        .formatted(
                                                v.stat().hits(),
                                                v.stat().faults(),
                                                v.stat().fastFaults(),
                                                v.stat().retries(),
                                                v.stat().flushes()));
                    }
                    world.vm.destroy(cpu);
                });
        for (int id = 0; id < VCPUS; id++) {
            int seed = id;
            world.actor(
                    "vcpu" + id,
                    cpu -> {
                        Vcpu vcpu = world.vm.newVcpu(cpu);
                        guest(cpu, vcpu, trace(seed), folded);
                        account.add(cpu + " " + cpu.now());
                        cpu.fetchAdd(running, -1);
                    });
        }
        world.run();
        return account;
    }

    private static void guest(Cpu cpu, Vcpu vcpu, int[] trace, boolean folded) {
        if (!folded) {
            vcpu.setFoldLimit(1);
        }
        assertThat(vcpu.run(cpu, trace, 0, trace.length)).isEqualTo(trace.length);
        assertThat(vcpu.runSequential(cpu, 0, 700, false)).isEqualTo(700);
    }

    private static int[] trace(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] trace = new int[8_000];
        for (int i = 0; i < trace.length; i++) {
            int page = (int) (PAGES * Math.pow(random.nextDouble(), 3));
            trace[i] = page | (random.nextInt(4) == 0 ? 1 << 31 : 0);
        }
        return trace;
    }

    private static void disturb(Cpu cpu, World world, Word running) {
        SplittableRandom random = new SplittableRandom(99);
        MmuNotifierSubscriptions mm = world.space.notifiers;
        while (cpu.load(running) != 0) {
            int page = random.nextInt(PAGES - 64);
            switch (random.nextInt(3)) {
                case 0 -> world.space.evict(cpu, page);
                case 1 -> mm.clearYoung(cpu, page, page + 64);
                default -> mm.clearFlushYoung(cpu, page, page + 1);
            }
            cpu.chargeNanos(random.nextInt(20_000));
            cpu.condResched();
        }
    }
}
