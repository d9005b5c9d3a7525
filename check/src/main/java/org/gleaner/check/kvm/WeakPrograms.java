package org.gleaner.check.kvm;

import static org.gleaner.mm.aging.AgingDesign.MERGED;

import java.util.List;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arm64.Stage2Aging;
import org.gleaner.pagetable.Geometry;

/// arm64's second stage in arm64's memory: what has to be seen, and what must no longer be used.
public final class WeakPrograms {
    /// What a vCPU lays by at a time.
    private static final int LAID_BY = 8;

    private WeakPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "arm64-link",
                                    "a walk finds a new table cleared, however it came by it",
                                    "stage2_make_pte: smp_store_release, and the address dependency",
                                    WeakPrograms::links)
                            .weak(Program.DELAYS)
                            .within(1),
                    new Program(
                                    "arm64-evict",
                                    "no guest uses a page that an unmap has taken and flushed",
                                    "dsb(ishst) in __kvm_tlb_flush_vmid_ipa",
                                    WeakPrograms::evicts)
                            .weak(1)
                            .within(1));

    /// The second vCPU has laid no table by, and gets those that the first one's unmap has freed.
    private static void links(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 2, MERGED, Stage2Aging.LOCKED, true);
        Geometry geometry = Arm64.HARDWARE_FLAG.geometries().getFirst();
        vm.configure(config -> config.withTables(geometry.rootTables + LAID_BY));
        vm.ready((cpu, vcpu) -> {
            if (vcpu.id == 0) {
                vcpu.access(cpu, 0, true);
                vm.space.evict(cpu, 0);
            }
        });
        vm.vcpu("walker", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu("maker", (cpu, vcpu) -> vcpu.access(cpu, 1, true));
        vm.checkAfter();
    }

    private static void evicts(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1, MERGED, Stage2Aging.LOCKED, true);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu(
                "guest",
                (cpu, vcpu) -> {
                    vcpu.accessData(cpu, 0, 0, true, 7);
                    FaultPrograms.readsSeven(cpu, vcpu, 0);
                });
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
        vm.destroyAfter();
    }
}
