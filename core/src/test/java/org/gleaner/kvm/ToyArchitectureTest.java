package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arch.FaultFlow;
import org.gleaner.kvm.arch.Locks;
import org.gleaner.kvm.arch.Upkeep;
import org.gleaner.kvm.mmu.LockMode;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.kvm.x86.TdpMmu;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.pagetable.Geometry;
import org.junit.jupiter.api.Test;

/// One more architecture is one more record: three levels below a root of four tables, entries of
/// no processor, faults that hold `mmu_lock` alone, agers that hold it beside others, and a VM-wide
/// retry.
final class ToyArchitectureTest {
    private static final int PAGES = 600;

    static final Architecture TOY =
            new Architecture(
                    "toy",
                    List.of(Geometry.of(12, 9, 9, 11)),
                    2L << 20,
                    geometry -> SpteFormat.NPT,
                    false,
                    SpteSteps.LINUX,
                    parts -> new TdpMmu(parts, SpteFormat.NPT),
                    new Locks(
                            Locks.Kind.RW_LOCK,
                            LockMode.WRITE,
                            LockMode.READ,
                            LockMode.READ,
                            LockMode.READ),
                    new FaultFlow(
                            FaultFlow.Snapshot.BEFORE_LOOKUP,
                            FaultFlow.Retry.VM,
                            FaultFlow.DirtyKey.ENTRY_WRITABLE,
                            FaultFlow.LogMark.AFTER_UNLOCK,
                            FaultFlow.FastPath.NONE,
                            FaultFlow.Hold.RELEASED),
                    new Upkeep(
                            Upkeep.UnmapFlush.COMMON_IF_ANY,
                            Upkeep.Invalidation.INTERRUPT,
                            Upkeep.TableFree.RCU,
                            Upkeep.Accessed.HARDWARE,
                            Upkeep.AgingWalk.LEAVES,
                            Upkeep.Logging.DIRTY_BIT,
                            Upkeep.EagerSplit.BEFORE_PROTECTION,
                            Upkeep.HugeRule.SPLIT,
                            Upkeep.Removal.RANGE));

    /// More pages than frames, so that the host takes pages away all the time; what the guest reads
    /// must be what it wrote.
    @Test
    void aGuestRunsOnIt() {
        World world = new World(World.Kind.VIRTUAL, PAGES, PAGES / 2);
        VmConfig config =
                VmConfig.of(TOY, AgingDesign.MERGED.plan()).withTlb(64).withMemory(world.space);
        world.alone(
                config,
                (cpu, w, vcpu) -> {
                    SplittableRandom random = new SplittableRandom(3);
                    long[] written = new long[PAGES];
                    for (int n = 1; n <= 20_000; n++) {
                        int page = random.nextInt(PAGES);
                        boolean write = random.nextInt(3) == 0;
                        assertThat(vcpu.accessData(cpu, page, 0, write, n)).isZero();
                        if (write) {
                            written[page] = n;
                        } else {
                            assertThat(vcpu.data()).isEqualTo(written[page]);
                        }
                        if (n % 1000 == 0) {
                            long young = w.vm.countLeaves(cpu, true);
                            w.space.notifiers.clearYoung(cpu, 0, PAGES);
                            assertThat(young).isPositive();
                            assertThat(w.vm.countLeaves(cpu, true)).isZero();
                        }
                    }
                    assertThat(vcpu.stat().faults()).isGreaterThan(2 * PAGES);
                    assertThat(w.space.evictions.get()).isGreaterThan(PAGES);
                });
    }

    @Test
    void leavesAreNoLargerThanItSays() {
        assertThat(TOY.mostLeafLevel(TOY.geometries().getFirst())).isEqualTo(2);
        assertThat(Arm64.HARDWARE_FLAG.mostLeafLevel(Arm64.HARDWARE_FLAG.geometry(12)))
                .isEqualTo(3);
        assertThat(Arm64.HARDWARE_FLAG.mostLeafLevel(Arm64.HARDWARE_FLAG.geometry(14)))
                .isEqualTo(2);
        assertThat(Arm64.HARDWARE_FLAG.mostLeafLevel(Arm64.HARDWARE_FLAG.geometry(16)))
                .isEqualTo(2);
    }
}
