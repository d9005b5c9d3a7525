package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.Vcpu;
import org.gleaner.machine.Cpu;

/// Whose a guest's host page is, and when it is told what was done to it.
public final class PfnPrograms {
    private PfnPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "mark-evict",
                                    "a page is marked dirty before its zap is over, and while it is somebody's",
                                    "pfn series: marks are made under mmu_lock, with the reference held",
                                    PfnPrograms::markEvict)
                            .within(3),
                    new Program(
                                    "prefetch-evict",
                                    "a page that is mapped ahead of its use is not one that is going",
                                    "direct_pte_prefetch: not while mmu_invalidate_in_progress",
                                    PfnPrograms::prefetchEvict)
                            .within(3),
                    new Program(
                                    "prefetch-copy",
                                    "a page that is mapped ahead of its use is the one that the host maps",
                                    "kvm_prefetch_pages under mmu_lock",
                                    PfnPrograms::prefetchCopy)
                            .within(3),
                    new Program(
                                    "driver-tail",
                                    "a guest may use a driver's frames that nobody counts",
                                    "pfn series, patch 84: amdgpu's tail pages",
                                    (stage, variant) -> driver(stage, variant, 0))
                            .within(3),
                    new Program(
                                    "driver-head",
                                    "a driver's references on its frames are its own",
                                    "pfn series, patch 84: the head of a block that is not compound",
                                    (stage, variant) -> driver(stage, variant, 1))
                            .within(3),
                    new Program(
                            "driver-records",
                            "nothing is given back that was not taken",
                            "pfn series, patch 46: put pages, not pfns",
                            PfnPrograms::driverRecords));

    /// The page is there and clean; a fault maps it while it is reclaimed.
    private static void markEvict(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> vm.space.pageIn(cpu, 0));
        vm.vcpu("maps", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
        vm.checkAfter();
    }

    /// The page is there and clean, and the guest has not used it yet.
    private static void prefetchEvict(Stage stage, Variant variant) {
        prefetch(stage, variant, (cpu, vm) -> vm.space.evict(cpu, 0));
    }

    /// It is copied whoever holds it, so a lookup keeps the old one from nothing.
    private static void prefetchCopy(Stage stage, Variant variant) {
        prefetch(stage, variant, (cpu, vm) -> vm.space.copy(cpu, 0));
    }

    private interface HostAct {
        void on(Cpu cpu, VmStage vm);
    }

    private static void prefetch(Stage stage, Variant variant, HostAct act) {
        VmStage vm = new VmStage(stage, variant, 2);
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 1, false);
            vm.space.pageIn(cpu, 0);
        });
        vm.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    vm.vm().prefetch(cpu, vcpu, 0, 1);
                    vcpu.accessData(cpu, 0, 0, true, 7);
                    readsSeven(cpu, vcpu);
                });
        vm.actor("host", cpu -> act.on(cpu, vm));
        stage.after(cpu -> {
            vm.space.checkReferences();
            long found = vm.space.contentsOf(0);
            Finding.check(found == 7, "lost update: page 0 holds " + found + ", not 7");
        });
    }

    private static void readsSeven(Cpu cpu, Vcpu vcpu) {
        vcpu.accessData(cpu, 0, 0, false, 0);
        Finding.check(vcpu.data() == 7, "lost update: wrote 7, reads " + vcpu.data());
    }

    /// The driver shows another frame while the guest uses the old one.
    private static void driver(Stage stage, Variant variant, int count) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.space.driverHas(count, true);
        vm.vcpu("vcpu", PfnPrograms::mayUse);
        vm.actor("driver", vm.space::driverMoves);
        vm.checkAfter();
    }

    /// Frames without page records get some, such as memory that is plugged in.
    private static void driverRecords(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.space.driverHas(1, false);
        vm.vcpu("vcpu", PfnPrograms::mayUse);
        vm.actor("driver", vm.space::recordsAppear);
        vm.checkAfter();
    }

    private static void mayUse(Cpu cpu, Vcpu vcpu) {
        long error = vcpu.access(cpu, 0, true);
        Finding.check(error == 0, "the guest fails at a driver's frame: " + error);
    }
}
