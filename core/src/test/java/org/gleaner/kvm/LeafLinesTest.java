package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.mmu.LeafLines;
import org.gleaner.machine.Cost;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Who ages page after page waits for no line of entries; who ages them as they come waits for each
/// one, and takes the page away from what is at hand then.
final class LeafLinesTest {
    static final Architecture[] ARCHITECTURES = {X86.EPT, Arm64.HARDWARE_FLAG};

    private static final int PAGES = 512;
    private static final int APART = 20;
    private static final int CPUS = 200;

    /// In nanoseconds.
    private static final long MORE = 1_000;

    @ParameterizedTest
    @FieldSource("ARCHITECTURES")
    void inOrderNothingIsWaitedFor(Architecture arch) {
        assertThat(misses(arch, LeafLinesTest::inOrder)).isZero();
    }

    @ParameterizedTest
    @FieldSource("ARCHITECTURES")
    void outOfOrderEachPageIsWaitedFor(Architecture arch) {
        assertThat(misses(arch, (cpu, world) -> each(page -> age(cpu, world, page))))
                .isEqualTo(APART);
    }

    @ParameterizedTest
    @FieldSource("ARCHITECTURES")
    void whatWasAgedIsTakenFromACache(Architecture arch) {
        assertThat(
                        misses(
                                arch,
                                (cpu, world) ->
                                        each(page -> {
                                            age(cpu, world, page);
                                            unmap(cpu, world, page);
                                        })))
                .isEqualTo(APART);
    }

    @Test
    void eachCpuRemembersItsOwn() {
        LeafLines lines = new LeafLines();
        VirtualEngine engine = new VirtualEngine(World.COSTS, VirtualOptions.seed(7));
        List<Long> waited = new ArrayList<>();
        for (int i = 1; i <= CPUS; i++) {
            long slot = 1_000L * i;
            engine.spawn(
                    "walk" + i,
                    cpu -> {
                        lines.read(cpu, slot);
                        cpu.sleep(1_000_000);
                        long before = cpu.now();
                        lines.read(cpu, slot);
                        waited.add(cpu.now() - before);
                    });
        }
        engine.run();
        assertThat(waited).hasSize(CPUS).containsOnly(0L);
    }

    /// Pages of which no two lie in one line, or in lines side by side.
    private static void each(IntConsumer visit) {
        IntStream.rangeClosed(1, APART).map(i -> i * 17).forEach(visit);
    }

    private static void inOrder(Cpu cpu, World world) {
        for (int page = 0; page < PAGES; page++) {
            age(cpu, world, page);
        }
    }

    private static void age(Cpu cpu, World world, int page) {
        world.space.notifiers().clearYoung(cpu, page, page + 1);
    }

    private static void unmap(Cpu cpu, World world, int page) {
        world.space
                .notifiers()
                .invalidateRangeStart(cpu, page, page + 1, true, InvalidationEvent.CLEAR);
        world.space.notifiers().invalidateRangeEnd(cpu, page, page + 1);
    }

    /// How often `body` waits for memory, over a guest whose first page has just been aged.
    private static long misses(Architecture arch, BiConsumer<Cpu, World> body) {
        return (nanos(arch, MORE, body) - nanos(arch, 0, body)) / MORE;
    }

    private static long nanos(Architecture arch, long more, BiConsumer<Cpu, World> body) {
        CostModel costs = World.COSTS;
        long ticks = costs.ticks(Cost.LEAF_MISS) + more * CostModel.TICKS_PER_NANO;
        World world =
                new World(
                        new VirtualEngine(
                                costs.with(Map.of(Cost.LEAF_MISS, ticks)), VirtualOptions.seed(7)),
                        PAGES,
                        PAGES);
        long[] taken = new long[1];
        world.alone(
                VmConfig.of(arch, World.merged()),
                (cpu, w, vcpu) -> {
                    vcpu.runSequential(cpu, 0, PAGES, true);
                    age(cpu, w, 0);
                    long before = cpu.now();
                    body.accept(cpu, w);
                    taken[0] = cpu.now() - before;
                });
        return taken[0];
    }
}
