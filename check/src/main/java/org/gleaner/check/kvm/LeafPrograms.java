package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.x86.SpteFormat;

/// Leaves of different sizes in one place of the second stage.
public final class LeafPrograms {
    private LeafPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "huge-install-split",
                                    "a huge leaf and a table may replace each other under running guests",
                                    "kvm_tdp_mmu_map, tdp_mmu_split_huge_page, handle_removed_pt",
                                    LeafPrograms::installAndSplit)
                            .within(3),
                    new Program(
                                    "huge-split-age",
                                    "no use of a page is lost or made up when its leaf is split",
                                    "tdp_mmu_split_huge_page beside kvm_age_gfn",
                                    LeafPrograms::splitAndAge)
                            .within(3));

    private static VmStage stage(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, SpteFormat.GEOMETRY.entries(1));
        vm.space.largeBut(2);
        return vm;
    }

    /// Both fault at once; whoever is later finds what the other has made, or is about to make.
    private static void installAndSplit(Stage stage, Variant variant) {
        VmStage vm = stage(stage, variant);
        vm.vcpu(
                "large",
                (cpu, vcpu) -> {
                    vcpu.accessData(cpu, 1, 0, true, 7);
                    FaultPrograms.readsSeven(cpu, vcpu, 1);
                });
        vm.vcpu(
                "small",
                (cpu, vcpu) -> {
                    vcpu.accessData(cpu, 2, 0, true, 7);
                    FaultPrograms.readsSeven(cpu, vcpu, 2);
                });
        vm.destroyAfter();
    }

    /// A dirty log begins, which splits; the leaf has no W, so nothing else becomes of it.
    private static void splitAndAge(Stage stage, Variant variant) {
        VmStage vm = stage(stage, variant);
        vm.ready((cpu, vcpu) -> {
            vm.space.pageIn(cpu, 1);
            vm.space.writeProtect(cpu, 1);
            vcpu.access(cpu, 1, false);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 1, false));
        vm.actor("log", cpu -> vm.vm().dirtyLog().begin(cpu, 0));
        vm.actor("ager", cpu -> vm.notifiers().clearYoung(cpu, 1, 3));
        vm.destroyAfter();
    }
}
