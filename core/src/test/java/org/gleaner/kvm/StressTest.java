package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.aging.SecondaryAging.Window;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// vCPUs with contents, agers, a reclaimer, and slots that come and go, all at once, with every
/// invariant armed.
///
/// Each vCPU owns some pages and remembers what it wrote there last: a lost write, a write through
/// a stale translation, or a page shown before it is filled reads as something else.
@Tag("long")
final class StressTest {
    private static final int PAGES = 1200;
    private static final int FRAMES = 500;
    private static final int VCPUS = 2;

    /// `-Dgleaner.stress=20` runs twenty times as long.
    private static final int LONGER = Integer.getInteger("gleaner.stress", 1);

    @ParameterizedTest
    @CsvSource({
        "THREADS, merged, EPT, 0, 1500",
        "THREADS, merged, EPT_NO_AD, 64, 1500",
        "THREADS, locked-flush, EPT, 64, 1500",
        "THREADS, v1, NPT, 0, 1500",
        "THREADS, two-bitmaps, EPT_NO_AD, 0, 1500",
        "VIRTUAL, merged, EPT_NO_AD, 64, 30",
        "VIRTUAL, locked-flush, EPT, 64, 30",
        "VIRTUAL, v2, EPT, 0, 30",
        "THREADS, merged, ARM64, 0, 1500",
        "THREADS, locked-flush, ARM64_SOFT, 64, 1500",
        "THREADS, v1, ARM64, 0, 1500",
        "THREADS, two-bitmaps, ARM64_SOFT, 0, 1500",
        "VIRTUAL, merged, ARM64_SOFT, 64, 30",
        "VIRTUAL, v3, ARM64, 0, 30"
    })
    void nothingIsLost(World.Kind kind, String design, String format, int tlb, long millis) {
        AgingPlan plan = AgingPlan.parse(design);
        World world = new World(kind, PAGES, FRAMES);
        Word running = new Word(VCPUS + 4);
        VmConfig config =
                VmConfig.of(World.architecture(format, plan.design()), plan)
                        .withTlb(tlb)
                        .withMemory(world.space)
                        .withZapAll(tlb == 0);
        long nanos = millis * 1_000_000 * LONGER;
        world.host(
                config,
                cpu -> {
                    churnSlots(cpu, world, nanos);
                    cpu.fetchAdd(running, -1);
                    cpu.block(running, -1, 0);
                    for (Vcpu vcpu : world.vm.vcpus()) {
                        assertThat(vcpu.stat().hits()).isPositive();
                        assertThat(vcpu.stat().faults()).isPositive();
                    }
                    assertThat(world.space.evictions.get()).isPositive();
                    assertThat(world.space.held()).isZero();
                    world.vm.destroy(cpu);
                });
        for (int id = 0; id < VCPUS; id++) {
            int owner = id;
            world.actor(
                    "vcpu" + id,
                    cpu -> {
                        guest(cpu, world, owner, nanos);
                        cpu.fetchAdd(running, -1);
                    });
        }
        for (int id = 0; id < 2; id++) {
            world.actor(
                    "ager" + id,
                    cpu -> {
                        harvest(cpu, world, plan, nanos);
                        cpu.fetchAdd(running, -1);
                    });
        }
        world.actor(
                "reclaim",
                cpu -> {
                    reclaim(cpu, world, nanos);
                    cpu.fetchAdd(running, -1);
                });
        world.run();
    }

    private static void guest(Cpu cpu, World world, int owner, long nanos) {
        Vcpu vcpu = world.vm.newVcpu(cpu);
        SplittableRandom random = new SplittableRandom(owner);
        long[] written = new long[PAGES];
        for (long n = 1; cpu.now() < nanos; n++) {
            int page = random.nextInt(PAGES);
            boolean mine = page % VCPUS == owner;
            boolean write = mine && random.nextInt(3) == 0;
            long value = n << 1 | 1;
            long gfn = random.nextInt(8) == 0 ? 4096 + page : page;
            long problem = vcpu.accessData(cpu, gfn, owner, write, value);
            if (problem == Vcpu.EXIT_MMIO) {
                assertThat(gfn).isGreaterThanOrEqualTo(4096);
            } else {
                assertThat(problem).isZero();
                if (write) {
                    written[page] = value;
                } else if (mine) {
                    assertThat(vcpu.data()).as("page %d", page).isEqualTo(written[page]);
                } else {
                    assertThat(vcpu.data()).as("page %d", page).isZero();
                }
            }
            if (n % 5000 == 0) {
                vcpu.resetContext(cpu);
            }
        }
    }

    private static void harvest(Cpu cpu, World world, AgingPlan plan, long nanos) {
        MmuNotifierSubscriptions mm = world.space.notifiers;
        Window window = plan.secondary().newWindow();
        while (cpu.now() < nanos) {
            window.begin(mm, 0, PAGES);
            for (int page = 0; page < PAGES; page++) {
                if (window.test(cpu, page, false)) {
                    window.clear(cpu, page);
                }
                if (page % 100 == 0) {
                    plan.secondary().clearFlushYoung(cpu, mm, page, page + 1);
                }
            }
            window.finish(cpu);
            cpu.sleep(20_000);
        }
    }

    private static void reclaim(Cpu cpu, World world, long nanos) {
        SplittableRandom random = new SplittableRandom(42);
        while (cpu.now() < nanos) {
            world.space.evict(cpu, random.nextInt(PAGES));
            if (random.nextInt(50) == 0) {
                int start = random.nextInt(PAGES - 100);
                MmuNotifierSubscriptions mm = world.space.notifiers;
                mm.invalidateRangeStart(cpu, start, start + 100, true, InvalidationEvent.CLEAR);
                cpu.sleep(5_000);
                mm.invalidateRangeEnd(cpu, start, start + 100);
            }
        }
    }

    private static void churnSlots(Cpu cpu, World world, long nanos) {
        while (cpu.now() < nanos) {
            world.vm.createSlot(cpu, 1, 4096, PAGES, 0, false);
            cpu.sleep(500_000);
            world.vm.deleteSlot(cpu, 1);
            cpu.sleep(500_000);
        }
    }
}
