package org.gleaner.check;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.check.kvm.AgingBugs;
import org.gleaner.check.kvm.AgingPrograms;
import org.gleaner.check.kvm.DirectBugs;
import org.gleaner.check.kvm.DirectPrograms;
import org.gleaner.check.kvm.FaultBugs;
import org.gleaner.check.kvm.FaultPrograms;
import org.gleaner.check.kvm.LeafBugs;
import org.gleaner.check.kvm.LeafPrograms;
import org.gleaner.check.kvm.LifetimeBugs;
import org.gleaner.check.kvm.LogBugs;
import org.gleaner.check.kvm.LogPrograms;
import org.gleaner.check.kvm.PfnBugs;
import org.gleaner.check.kvm.PfnPrograms;
import org.gleaner.check.kvm.SlotPrograms;
import org.gleaner.check.kvm.Stage2Bugs;
import org.gleaner.check.kvm.Stage2Programs;
import org.gleaner.check.kvm.WeakBugs;
import org.gleaner.check.kvm.WeakPrograms;
import org.gleaner.check.machine.MachinePrograms;
import org.gleaner.check.mm.CollapsePrograms;
import org.gleaner.check.mm.HugePrograms;
import org.gleaner.check.mm.MappingPrograms;
import org.gleaner.check.mm.MemoryBugs;
import org.gleaner.check.mm.PrivateBugs;
import org.gleaner.check.mm.PrivatePrograms;
import org.gleaner.check.mm.SharePrograms;
import org.gleaner.check.mm.SwapPrograms;
import org.gleaner.check.mm.UserfaultPrograms;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Variant;
import org.jspecify.annotations.Nullable;

/// All programs and all known bugs.
final class Catalogue {
    private Catalogue() {}

    static List<Program> programs() {
        List<Program> all = new ArrayList<>(AgingPrograms.ALL);
        all.addAll(FaultPrograms.ALL);
        all.addAll(SlotPrograms.ALL);
        all.addAll(MachinePrograms.ALL);
        all.addAll(SwapPrograms.ALL);
        all.addAll(UserfaultPrograms.ALL);
        all.addAll(MappingPrograms.ALL);
        all.addAll(HugePrograms.ALL);
        all.addAll(CollapsePrograms.ALL);
        all.addAll(SharePrograms.ALL);
        all.addAll(DirectPrograms.ALL);
        all.addAll(PfnPrograms.ALL);
        all.addAll(PrivatePrograms.ALL);
        all.addAll(LeafPrograms.ALL);
        all.addAll(LogPrograms.ALL);
        all.addAll(Stage2Programs.ALL);
        all.addAll(WeakPrograms.ALL);
        return all;
    }

    static List<Variant> bugs() {
        List<Variant> all = new ArrayList<>(AgingBugs.ALL);
        all.addAll(LifetimeBugs.ALL);
        all.addAll(FaultBugs.ALL);
        all.addAll(DirectBugs.ALL);
        all.addAll(PfnBugs.ALL);
        all.addAll(PrivateBugs.ALL);
        all.addAll(LogBugs.ALL);
        all.addAll(MemoryBugs.ALL);
        all.addAll(LeafBugs.ALL);
        all.addAll(Stage2Bugs.ALL);
        all.addAll(WeakBugs.ALL);
        return all;
    }

    public static @Nullable Program program(String name) {
        return programs().stream().filter(p -> p.name().equals(name)).findFirst().orElse(null);
    }

    static @Nullable Variant bug(String name) {
        return bugs().stream().filter(v -> v.name.equals(name)).findFirst().orElse(null);
    }
}
