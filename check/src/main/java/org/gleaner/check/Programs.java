package org.gleaner.check;

import java.util.List;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.pagetable.SpteFormat;

/// Programs over a whole VM: its page faults, agers, zaps and slots.
final class Programs {
    private Programs() {}

    static final List<Program> ALL =
            List.of(
                    new AgeZap(),
                    new AgeFreedRoot(),
                    new FaultInvalidate());

    /// The ager's one compare-and-swap against a zap of the same leaf.
    static final class AgeZap extends Program {
        AgeZap() {
            super(
                    "age-zap",
                    "an ager never brings back what a zap has taken",
                    "v9 patch 4, relax locking for kvm_test_age_gfn and kvm_age_gfn");
        }

        @Override
        protected void build(Stage stage, Variant variant) {
            VmStage vm = new VmStage(stage, variant, 1);
            vm.vcpu("evict", (cpu, vcpu) -> vm.space.evict(cpu, 0));
            vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
            vm.actor("ager", cpu -> vm.notifiers().clearYoung(cpu, 0, 1));
            vm.checkAfter();
        }
    }

    /// An ager in a tree whose last vCPU lets go of it.
    static final class AgeFreedRoot extends Program {
        AgeFreedRoot() {
            super(
                    "age-freed-root",
                    "tables are freed only after every lockless walk of them",
                    "v1 patch 3, arm64 unmap; v2 patch 5, RCU protected page tables");
        }

        @Override
        protected void build(Stage stage, Variant variant) {
            VmStage vm = new VmStage(stage, variant, 1);
            vm.configure(c -> c.withRootsKept(false));
            vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
            vm.actor("ager", cpu -> vm.notifiers().clearYoung(cpu, 0, 1));
            vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.resetContext(cpu));
            vm.checkAfter();
        }
    }

    /// A fault against an invalidation of its page.
    static final class FaultInvalidate extends Program {
        FaultInvalidate() {
            super(
                    "fault-invalidate",
                    "nothing is installed during or across an invalidation",
                    "mmu_invalidate_seq; the retry check of every fault path");
        }

        @Override
        protected void build(Stage stage, Variant variant) {
            VmStage vm = new VmStage(stage, variant, 1);
            vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
            vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
            vm.ready((cpu, vcpu) -> {
                vcpu.access(cpu, 0, true);
                vm.space.evict(cpu, 0);
            });
            vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
            vm.checkAfter();
        }
    }
}
