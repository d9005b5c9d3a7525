package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.PrivateMemory;
import org.gleaner.kvm.Vcpu;
import org.gleaner.machine.Cpu;

/// Private guest memory, in a file that no process can map, while it is taken away.
public final class PrivatePrograms {
    /// What a guest may fault in vain because a page's attribute changes under it.
    private static final int TRIES = 4;

    private PrivatePrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "hole-fault",
                                    "no guest uses a page that was cut out of its file, and none is lost",
                                    "kvm_gmem_punch_hole: begin, zap, flush, truncate, end",
                                    PrivatePrograms::holeFault)
                            .within(3),
                    new Program(
                                    "hole-write",
                                    "a guest that has a page mapped loses it before it is cut out of its file",
                                    "kvm_gmem_punch_hole: begin, zap, flush, truncate, end",
                                    PrivatePrograms::holeWrite)
                            .within(3),
                    new Program(
                                    "convert-fault",
                                    "a page that has become private is not the one that was shared",
                                    "kvm_vm_set_mem_attributes: the attribute is asked after the sequence number",
                                    PrivatePrograms::convertFault)
                            .within(3));

    /// The file has the page; the guest maps it while it goes.
    private static void holeFault(Stage stage, Variant variant) {
        hole(stage, variant, false);
    }

    /// The same of a guest that has used it.
    private static void holeWrite(Stage stage, Variant variant) {
        hole(stage, variant, true);
    }

    private static void hole(Stage stage, Variant variant, boolean mapped) {
        MemoryStage m = new MemoryStage(stage, variant).file();
        m.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    Finding.check(vcpu.accessData(cpu, 0, 0, true, 7) == 0, "a write fails");
                    isOneOf(read(cpu, vcpu), 7, 0);
                });
        m.actor("hole", cpu -> m.backing().punchHole(cpu, 0, 1));
        m.readyGuest((cpu, vcpu) -> {
            m.priv().setPrivate(cpu, 0, 1, true);
            vcpu.accessData(cpu, 0, 0, true, 1);
            if (!mapped) {
                // both ways: the file keeps its page, the guest has lost its entry
                m.priv().setPrivate(cpu, 0, 1, false);
                m.priv().setPrivate(cpu, 0, 1, true);
            }
        });
        m.endAfter();
    }

    /// The process's page holds 1, the file's nothing.
    private static void convertFault(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).file();
        m.ready(cpu -> m.write(cpu, 0, 1));
        m.vcpu("vcpu", (cpu, vcpu) -> isOneOf(read(cpu, vcpu), 1, 0));
        m.actor("convert", cpu -> m.priv().setPrivate(cpu, 0, 1, true));
        m.endAfter(cpu -> {
            Vcpu vcpu = m.vm().vcpus().getFirst();
            isOneOf(read(cpu, vcpu), 0, 0);
        });
    }

    private static long read(Cpu cpu, Vcpu vcpu) {
        long error = PrivateMemory.MEMORY_FAULT;
        for (int i = 0; i < TRIES && error == PrivateMemory.MEMORY_FAULT; i++) {
            error = vcpu.accessData(cpu, 0, 0, false, 0);
        }
        Finding.check(error == 0, "a read fails: " + error);
        return vcpu.data();
    }

    private static void isOneOf(long value, long one, long other) {
        Finding.check(
                value == one || value == other,
                "the guest reads " + value + ", not " + one + " or " + other);
    }
}
