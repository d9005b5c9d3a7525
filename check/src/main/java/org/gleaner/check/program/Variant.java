package org.gleaner.check.program;

import java.util.List;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.arm64.Stage2Aging;
import org.gleaner.kvm.arm64.Stage2Steps;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.protocol.MemorySteps;

/// The protocols as they are, or with one step taken wrongly: a known bug behind a name.
///
/// A bug overrides one method and says where it comes from. To add one, add it to
/// [org.gleaner.check.Catalogue].
public class Variant extends SpteSteps {
    /// What is right.
    public static final Variant FIXED = new Variant("fixed", "the protocol as it is", "");

    public final String name;

    /// What is wrong, in one line.
    public final String what;

    /// Where the bug was, or was warned of.
    public final String source;

    /// The programs that must find it.
    public final List<String> programs;

    protected Variant(String name, String what, String source, String... programs) {
        this.name = name;
        this.what = what;
        this.source = source;
        this.programs = List.of(programs);
    }

    public final boolean isBug() {
        return !programs.isEmpty();
    }

    /// What is right, in another aging design.
    public static Variant underDesign(AgingDesign design) {
        return new Variant(design.id(), "the protocol under this aging design", "") {
            @Override
            public AgingDesign design() {
                return design;
            }
        };
    }

    /// The VM of a program, with this variant's steps.
    public VmConfig config(VmConfig config) {
        return config.withSteps(this);
    }

    /// The steps of a VM on arm64.
    public Stage2Steps stage2() {
        return Stage2Steps.LINUX;
    }

    /// How agers go about it on arm64 in a program that says what is `right`.
    public Stage2Aging stage2Aging(Stage2Aging right) {
        return right;
    }

    /// The memory manager's protocols.
    public MemorySteps memory() {
        return MemorySteps.LINUX;
    }

    /// The aging design of a program that does not say which.
    public AgingDesign design() {
        return AgingDesign.MERGED;
    }

    /// mm's half of aging.
    public SecondaryAging aging(SecondaryAging aging) {
        return aging;
    }

    /// What a driver's callback does at the start of an invalidation.
    public void callback(Cpu cpu, Vm vm) {}

    /// Whether who has only a frame's number takes no reference where nobody has one.
    public boolean getsUnlessZero() {
        return true;
    }

    /// What orders what is stored before a word that says that it is there.
    public MemoryOrder publishes() {
        return MemoryOrder.RELEASE;
    }

    /// What orders what is loaded after it.
    public MemoryOrder looks() {
        return MemoryOrder.ACQUIRE;
    }

    /// The barrier between a store and the load that it announces.
    public void barrier(Cpu cpu) {
        cpu.fence();
    }

    @Override
    public String toString() {
        return name;
    }
}
