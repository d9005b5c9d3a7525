package org.gleaner.check.kvm;

import java.util.List;
import java.util.function.UnaryOperator;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.VmConfig;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifier;

/// Page faults against what takes their pages, their slots and their address space away.
public final class FaultPrograms {
    private FaultPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                            "fault-invalidate",
                            "nothing is installed during or across an invalidation",
                            "mmu_invalidate_retry_gfn; pfn series, kvm_release_faultin_page",
                            FaultPrograms::faultInvalidate),
                    new Program(
                                    "write-evict",
                                    "what a guest writes is there when it looks again",
                                    "pfn series: mark dirty at fault time, under mmu_lock",
                                    FaultPrograms::writeEvict)
                            .within(3),
                    new Program(
                                    "tlb-evict",
                                    "no access goes through a translation that an invalidation has ended",
                                    "kvm_flush_remote_tlbs before the lock is dropped",
                                    FaultPrograms::tlbEvict)
                            .within(3),
                    new Program(
                                    "two-vcpus-evict",
                                    "what is asked of two vCPUs on one CPU reaches both",
                                    "vcpu->requests; kvm_make_all_cpus_request",
                                    FaultPrograms::twoVcpusEvict)
                            .within(3),
                    new Program(
                                    "write-protect",
                                    "after mprotect to read-only no write succeeds",
                                    "selftest mmu_stress_test, phase mprotect(PROT_READ)",
                                    (stage, variant) -> writeProtect(stage, variant, true))
                            .within(3),
                    new Program(
                                    "write-protect-fault",
                                    "the same for a write that faults",
                                    "kvm: mmu_seq is snapshotted before the pfn is resolved",
                                    (stage, variant) -> writeProtect(stage, variant, false))
                            .within(3),
                    new Program(
                                    "fault-slot-delete",
                                    "no page is mapped in a slot that is gone",
                                    "kvm_swap_active_memslots, synchronize_srcu_expedited",
                                    FaultPrograms::faultSlotDelete)
                            .within(3),
                    new Program(
                                    "fault-zap-all",
                                    "a vCPU lets go of an invalid root before it is emptied",
                                    "kvm_mmu_zap_all_fast, KVM_REQ_MMU_FREE_OBSOLETE_ROOTS",
                                    FaultPrograms::faultZapAll)
                            .within(3),
                    new Program(
                                    "fault-other-slot",
                                    "no page is mapped in a root that is being emptied",
                                    "kvm: is_page_fault_stale and obsolete roots",
                                    FaultPrograms::faultOtherSlot)
                            .within(3),
                    new Program(
                                    "reset-slot-delete",
                                    "a root is emptied, whoever lets go of it last",
                                    "kvm_tdp_mmu_put_root beside kvm_tdp_mmu_invalidate_roots",
                                    (stage, variant) -> resetSlotDelete(stage, variant, c -> c))
                            .within(3),
                    new Program(
                                    "two-faults",
                                    "two vCPUs that fault on one page link each table once",
                                    "kvm: parallel faults of the TDP MMU, tdp_mmu_set_spte_atomic",
                                    FaultPrograms::twoFaults)
                            .within(3),
                    new Program(
                                    "root-reuse",
                                    "a root is not taken that its last user has let go of",
                                    "kvm_tdp_mmu_get_root: refcount_inc_not_zero",
                                    FaultPrograms::rootReuse)
                            .within(1),
                    new Program(
                                    "destroy-age",
                                    "a VM's tables go only when no notifier call is running in it",
                                    "v1 patch 3: freeing the stage-2 root; v2, arm64",
                                    FaultPrograms::destroyAge)
                            .within(3),
                    new Program(
                                    "mm-release",
                                    "when the address space ends no page of it stays mapped",
                                    "review of v1 patch 3: do not empty kvm_arch_flush_shadow_all",
                                    FaultPrograms::mmRelease)
                            .within(3),
                    new Program(
                                    "invalidate-slots",
                                    "an invalidation never waits for a change of slots",
                                    "kvm: mn_active_invalidate_count and its wait",
                                    FaultPrograms::invalidateSlots)
                            .within(3));

    private static void faultInvalidate(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 0, true);
            vm.space.evict(cpu, 0);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
        vm.checkAfter();
    }

    private static void writeEvict(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 2);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 1, true));
        vm.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    vcpu.accessData(cpu, 0, 0, true, 7);
                    vcpu.accessData(cpu, 0, 0, false, 0);
                    Finding.check(vcpu.data() == 7, "lost update: wrote 7, reads " + vcpu.data());
                });
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
        vm.checkAfter();
    }

    private static void tlbEvict(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.configure(c -> c.withTlb(4));
        vm.ready((cpu, vcpu) -> vcpu.accessData(cpu, 0, 0, true, 7));
        vm.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    vcpu.accessData(cpu, 0, 0, false, 0);
                    Finding.check(vcpu.data() == 7, "reads " + vcpu.data() + " where it wrote 7");
                });
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
        vm.checkAfter();
    }

    /// The CPU runs one vCPU after the other; the page goes at any time.
    private static void twoVcpusEvict(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        Vcpu[] second = new Vcpu[1];
        vm.configure(c -> c.withTlb(4));
        vm.ready((cpu, vcpu) -> {
            second[0] = vm.vm().newVcpu(cpu);
            vcpu.accessData(cpu, 0, 0, true, 7);
            readsSeven(cpu, second[0], 0);
        });
        vm.vcpu(
                "vcpus",
                (cpu, vcpu) -> {
                    readsSeven(cpu, vcpu, 0);
                    readsSeven(cpu, second[0], 0);
                });
        vm.actor("evict", cpu -> vm.space.evict(cpu, 0));
        vm.checkAfter();
    }

    static void readsSeven(Cpu cpu, Vcpu vcpu, long gfn) {
        vcpu.accessData(cpu, gfn, 0, false, 0);
        Finding.check(vcpu.data() == 7, "reads " + vcpu.data() + " where it wrote 7");
    }

    private static void writeProtect(Stage stage, Variant variant, boolean mapped) {
        VmStage vm = new VmStage(stage, variant, 1);
        long[] seen = new long[1];
        vm.configure(c -> c.withTlb(4));
        vm.ready((cpu, vcpu) -> {
            vcpu.accessData(cpu, 0, 0, true, 1);
            if (!mapped) {
                vm.notifiers().invalidateRangeStart(cpu, 0, 1, true, InvalidationEvent.CLEAR);
                vm.notifiers().invalidateRangeEnd(cpu, 0, 1);
            }
        });
        vm.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    vcpu.accessData(cpu, 0, 0, true, 2);
                    vcpu.accessData(cpu, 0, 0, true, 3);
                });
        vm.actor(
                "mprotect",
                cpu -> {
                    vm.space.writeProtect(cpu, 0);
                    seen[0] = vm.space.look(cpu, 0);
                });
        stage.after(cpu -> {
            long now = vm.space.contentsOf(0);
            Finding.check(
                    now == seen[0],
                    "a write succeeds after mprotect: " + seen[0] + " became " + now);
            vm.space.checkReferences();
        });
    }

    private static void faultSlotDelete(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.configure(c -> c.withZapAll(false));
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 0, true);
            vm.space.evict(cpu, 0);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.actor("slots", cpu -> vm.vm().deleteSlot(cpu, 0));
        stage.after(cpu -> {
            Finding.check(
                    vm.vm().countLeaves(cpu, false) == 0,
                    "a page is mapped in a slot that is gone");
            vm.space.checkReferences();
        });
    }

    private static void faultZapAll(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        boolean[] gone = new boolean[1];
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    cpu.reads(gone);
                    boolean before = gone[0];
                    long error = vcpu.access(cpu, 0, true);
                    Finding.check(
                            !before || error != 0, "an access succeeds in a slot that is gone");
                });
        vm.actor(
                "slots",
                cpu -> {
                    vm.vm().deleteSlot(cpu, 0);
                    cpu.writes(gone);
                    gone[0] = true;
                });
        vm.checkAfter();
    }

    /// Deleting one slot makes the root invalid under a fault in another.
    private static void faultOtherSlot(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 2);
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 0, true);
            vm.vm().createSlot(cpu, 1, 64, 1, 1, false);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 64, true));
        vm.actor("slots", cpu -> vm.vm().deleteSlot(cpu, 0));
        vm.destroyAfter();
    }

    /// The only vCPU lets go of its root while the deletion of a slot makes it invalid.
    static void resetSlotDelete(Stage stage, Variant variant, UnaryOperator<VmConfig> kernel) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.configure(kernel);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.resetContext(cpu));
        vm.actor(
                "slots",
                cpu -> {
                    vm.vm().deleteSlot(cpu, 0);
                    Finding.check(
                            vm.vm().countLeaves(cpu, false) == 0,
                            "a page is mapped in a slot that is gone");
                });
        vm.destroyAfter();
    }

    private static void twoFaults(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        for (int i = 0; i < 2; i++) {
            vm.vcpu("vcpu" + i, (cpu, vcpu) -> vcpu.access(cpu, 0, true));
        }
        vm.destroyAfter();
    }

    private static void rootReuse(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.configure(c -> c.withRootsKept(false));
        vm.vcpu(
                "one",
                (cpu, vcpu) -> {
                    vcpu.resetContext(cpu);
                    vcpu.accessData(cpu, 0, 0, true, 7);
                });
        vm.vcpu("two", (cpu, vcpu) -> vcpu.accessData(cpu, 0, 0, false, 0));
        vm.ready((cpu, vcpu) -> {
            if (vcpu.id == 0) {
                vcpu.access(cpu, 0, true);
            }
        });
        vm.destroyAfter();
    }

    private static void destroyAge(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu("destroy", (cpu, vcpu) -> vm.vm().destroy(cpu));
        vm.actor("ager", cpu -> vm.age(cpu, 0));
        vm.checkAfter();
    }

    private static void mmRelease(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
        vm.vcpu(
                "exit",
                (cpu, vcpu) -> {
                    vm.notifiers().release(cpu);
                    Finding.check(
                            vm.vm().countLeaves(cpu, false) == 0,
                            "use after free: the address space is gone, and its page is mapped");
                });
        vm.actor("ager", cpu -> vm.age(cpu, 0));
        vm.checkAfter();
    }

    /// A second subscriber stands for the callback of a driver.
    private static void invalidateSlots(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 0, true);
            vm.notifiers().register(cpu, new Callback(vm, variant));
        });
        vm.vcpu("evict", (cpu, vcpu) -> vm.space.evict(cpu, 0));
        vm.actor("slots", cpu -> vm.vm().createSlot(cpu, 1, 64, 1, 0, false));
        vm.checkAfter();
    }

    private static final class Callback extends MmuNotifier {
        private final VmStage vm;
        private final Variant variant;

        Callback(VmStage vm, Variant variant) {
            this.vm = vm;
            this.variant = variant;
        }

        @Override
        public boolean clearFlushYoung(Cpu cpu, long start, long end) {
            return false;
        }

        @Override
        public boolean clearYoung(Cpu cpu, long start, long end) {
            return false;
        }

        @Override
        public boolean testYoung(Cpu cpu, long vpn) {
            return false;
        }

        @Override
        public void invalidateRangeEnd(Cpu cpu, long start, long end) {}

        @Override
        public void release(Cpu cpu) {}

        @Override
        public void invalidateRangeStart(
                Cpu cpu, long start, long end, boolean mayBlock, InvalidationEvent event) {
            variant.callback(cpu, vm.vm());
        }
    }
}
