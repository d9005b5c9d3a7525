package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.arm64.Stage2Aging;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingDesign;

/// A dirty log that is read while the guest writes.
public final class LogPrograms {
    private LogPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "log-clear-write",
                                    "a copy made by the dirty log is what the guest has written",
                                    "kvm_get_dirty_log_protect: bits, then entries, then the flush",
                                    LogPrograms::clearWrite)
                            .within(3),
                    new Program(
                                    "log-clear-rewrite",
                                    "a page that is written to again while it is cleared is logged again",
                                    "kvm_get_dirty_log_protect: bits, then entries",
                                    LogPrograms::clearRewrite)
                            .within(3),
                    new Program(
                                    "log-clear-touch",
                                    "the dirty log takes W from an entry, and nothing else",
                                    "clear_dirty_pt_masked: tdp_mmu_clear_spte_bits, atomic",
                                    LogPrograms::clearTouch)
                            .within(3),
                    new Program(
                                    "log-end-fault",
                                    "huge leaves come back under a guest that faults",
                                    "kvm_tdp_mmu_recover_huge_pages",
                                    LogPrograms::endFault)
                            .within(3),
                    new Program(
                                    "log-tags",
                                    "tags that the host writes are written before a log begins, or not",
                                    "kvm_vm_ioctl_mte_copy_tags: slots_lock, nr_memslots_dirty_logging",
                                    LogPrograms::tags)
                            .within(3));

    /// The host copies page 0 each time the log has it, as a migration does.
    private static void clearWrite(Stage stage, Variant variant) {
        copying(stage, variant, 4);
    }

    /// The same where every write looks at its entry: it may get W back while it is taken.
    private static void clearRewrite(Stage stage, Variant variant) {
        copying(stage, variant, 0);
    }

    private static void copying(Stage stage, Variant variant, int tlbEntries) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.configure(c -> c.withTlb(tlbEntries));
        long[] copy = {1};
        vm.ready((cpu, vcpu) -> {
            vcpu.accessData(cpu, 0, 0, true, 1);
            vm.vm().dirtyLog().begin(cpu, 0);
            vcpu.accessData(cpu, 0, 0, true, 2);
        });
        vm.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    vcpu.accessData(cpu, 0, 0, true, 7);
                    vcpu.accessData(cpu, 0, 0, true, 8);
                });
        vm.actor("migration", cpu -> copyIfDirty(cpu, vm, copy));
        stage.after(cpu -> {
            copyIfDirty(cpu, vm, copy);
            Finding.check(copy[0] == 8, "L5: the copy has " + copy[0] + ", the guest wrote 8");
        });
    }

    /// The page is old, and the guest makes it young while the log protects it.
    private static void clearTouch(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.ready((cpu, vcpu) -> {
            vcpu.access(cpu, 0, true);
            vm.vm().dirtyLog().begin(cpu, 0);
            vcpu.access(cpu, 0, true);
            vm.notifiers().clearYoung(cpu, 0, 1);
        });
        vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, false));
        vm.actor("migration", cpu -> vm.vm().dirtyLog().get(cpu, 0));
        vm.destroyAfter();
    }

    /// The log ends; the guest uses a page that is mapped by a small leaf, and one that is not.
    private static void endFault(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, SpteFormat.GEOMETRY.entries(1));
        vm.space.largeBut(2);
        vm.ready((cpu, vcpu) -> {
            vm.vm().dirtyLog().begin(cpu, 0);
            vcpu.accessData(cpu, 1, 0, true, 7);
        });
        vm.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    FaultPrograms.readsSeven(cpu, vcpu, 1);
                    vcpu.accessData(cpu, 3, 0, true, 7);
                    FaultPrograms.readsSeven(cpu, vcpu, 3);
                });
        vm.actor("migration", cpu -> vm.vm().dirtyLog().end(cpu, 0, LogEnd.RECOVER));
        vm.destroyAfter();
    }

    /// Who restores tags, on arm64, beside a migration that begins; the page's content stands for
    /// its tags.
    private static void tags(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1, AgingDesign.MERGED, Stage2Aging.LOCKED, true);
        long[] copy = {0};
        vm.ready((cpu, vcpu) -> vcpu.accessData(cpu, 0, 0, true, 1));
        vm.vcpu(
                "tags",
                (cpu, vcpu) ->
                        vm.vm()
                                .memoryTags()
                                .copyToGuest(
                                        cpu,
                                        0,
                                        1,
                                        (c, pfn, page) -> {
                                            vm.space.write(pfn, 0, 7);
                                            return true;
                                        }));
        vm.actor(
                "migration",
                cpu -> {
                    vm.vm().dirtyLog().begin(cpu, 0);
                    copy[0] = vm.space.read(0, 0);
                    copyIfDirty(cpu, vm, copy);
                });
        stage.after(cpu -> {
            copyIfDirty(cpu, vm, copy);
            long last = vm.space.read(0, 0);
            Finding.check(
                    copy[0] == last,
                    "L5: the copy has the tags " + copy[0] + ", the page has " + last);
        });
    }

    private static void copyIfDirty(Cpu cpu, VmStage vm, long[] copy) {
        if ((vm.vm().dirtyLog().get(cpu, 0)[0] & 1) != 0) {
            copy[0] = vm.space.read(0, 0);
        }
    }
}
