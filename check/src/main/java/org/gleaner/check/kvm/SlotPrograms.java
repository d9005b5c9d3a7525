package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;

/// Slots that share host memory, roots on their way out, and zaps that let others in between: where
/// what one actor has begun, another has to go on from.
public final class SlotPrograms {
    private SlotPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "overlapping-slots",
                                    "an invalidation reaches every slot that has its pages",
                                    "kvm_for_each_memslot_in_hva_range: the interval tree",
                                    SlotPrograms::overlappingSlots)
                            .within(3),
                    new Program(
                                    "evict-slot-delete",
                                    "an invalidation takes its pages out of roots on their way out, too",
                                    "kvm_tdp_mmu_unmap_gfn_range: valid roots and invalid ones",
                                    SlotPrograms::evictSlotDelete)
                            .within(2),
                    new Program(
                                    "reset-load",
                                    "a root that nobody holds any more is not taken again",
                                    "kvm_tdp_mmu_get_root: refcount_inc_not_zero",
                                    SlotPrograms::resetLoad)
                            .within(3),
                    new Program(
                                    "reset-old-slot-delete",
                                    "a root that dies with its last vCPU is emptied beside a deletion",
                                    "kvm_tdp_mmu_put_root before 6.4",
                                    SlotPrograms::resetOldSlotDelete)
                            .within(2),
                    new Program(
                                    "yield-flush",
                                    "a zap that lets others in has flushed what it took so far",
                                    "tdp_mmu_iter_cond_resched: flush before the lock is dropped",
                                    SlotPrograms::yieldFlush)
                            .within(2));

    /// Host page 3 is in slot 0, which begins before slots that end before it.
    private static void overlappingSlots(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 4);
        vm.configure(c -> c.withTlb(4));
        vm.ready((cpu, vcpu) -> {
            vm.vm().createSlot(cpu, 1, 64, 1, 1, false);
            vm.vm().createSlot(cpu, 2, 128, 1, 2, false);
            vcpu.accessData(cpu, 3, 0, true, 7);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> FaultPrograms.readsSeven(cpu, vcpu, 3));
        vm.actor(
                "evict",
                cpu -> {
                    Finding.check(vm.notifiers().testYoung(cpu, 3), "a young page is called old");
                    vm.space.evict(cpu, 3);
                });
        vm.checkAfter();
    }

    /// The deletion of slot 1 makes the root invalid in which the page of slot 0 is mapped.
    private static void evictSlotDelete(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 2);
        vm.ready((cpu, vcpu) -> {
            vm.vm().createSlot(cpu, 1, 64, 1, 1, false);
            vcpu.access(cpu, 0, true);
        });
        vm.vcpu("slots", (cpu, vcpu) -> vm.vm().deleteSlot(cpu, 1));
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
        vm.checkAfter();
    }

    /// A kernel that keeps no reference to its roots: one vCPU lets go of the only root, another
    /// looks for one.
    private static void resetLoad(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.configure(c -> c.withRootsKept(false));
        vm.ready((cpu, vcpu) -> {
            if (vcpu.id == 0) {
                vcpu.access(cpu, 0, true);
            }
        });
        vm.vcpu("reset", (cpu, vcpu) -> vcpu.resetContext(cpu));
        vm.vcpu("load", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.destroyAfter();
    }

    /// As [FaultPrograms#resetSlotDelete], on a kernel that keeps no reference to its roots.
    private static void resetOldSlotDelete(Stage stage, Variant variant) {
        FaultPrograms.resetSlotDelete(stage, variant, c -> c.withRootsKept(false));
    }

    /// The pages of slot 1 are in two tables, and a zap looks for waiters between them. One vCPU
    /// goes on to use the first page, another wants the lock.
    private static void yieldFlush(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 3);
        vm.configure(c -> c.withTlb(4));
        vm.ready((cpu, vcpu) -> {
            if (vcpu.id == 0) {
                vm.vm().createSlot(cpu, 1, 511, 2, 0, false);
                vcpu.accessData(cpu, 511, 0, true, 7);
            }
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> FaultPrograms.readsSeven(cpu, vcpu, 511));
        vm.vcpu("other", (cpu, vcpu) -> vcpu.access(cpu, 2, true));
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0, 2));
        vm.checkAfter();
    }
}
