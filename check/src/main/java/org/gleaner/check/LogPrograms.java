package org.gleaner.check;

import java.util.List;
import org.gleaner.machine.Cpu;

/// A dirty log that is read while the guest writes.
final class LogPrograms {
    private LogPrograms() {}

    static final List<Program> ALL =
            List.of(
                    new Program(
                                    "log-clear-write",
                                    "a copy made by the dirty log is what the guest has written",
                                    "kvm_get_dirty_log_protect: bits, then entries, then the flush",
                                    LogPrograms::clearWrite)
                            .within(2));

    /// The host copies page 0 each time the log has it, as a migration does.
    private static void clearWrite(Stage stage, Variant variant) {
        VmStage vm = new VmStage(stage, variant, 1);
        vm.configure(c -> c.withTlb(4));
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

    private static void copyIfDirty(Cpu cpu, VmStage vm, long[] copy) {
        if ((vm.vm().dirtyLog().get(cpu, 0)[0] & 1) != 0) {
            copy[0] = vm.space.read(0, 0);
        }
    }
}
