package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;

/// A large folio of a real host that is taken apart or goes to swap while it is used.
public final class HugePrograms {
    private HugePrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "split-pin",
                                    "a large folio that somebody holds is not taken apart",
                                    "split_huge_page: the leaf becomes a migration entry, then references are frozen",
                                    HugePrograms::splitPin)
                            .within(1),
                    new Program(
                                    "told-of-split",
                                    "a split tells subscribers before it changes the leaf",
                                    "__split_huge_pmd: mmu_notifier_invalidate_range_start first",
                                    HugePrograms::toldOfSplit)
                            .within(1),
                    new Program(
                                    "split-write",
                                    "a write to a large folio survives its split",
                                    "__split_huge_pmd_locked",
                                    HugePrograms::splitWrite)
                            .within(1),
                    new Program(
                                    "split-guest",
                                    "a guest's write to a large folio survives its split",
                                    "__split_huge_pmd_locked, invalidate_range_start",
                                    HugePrograms::splitGuest)
                            .within(1));

    private static void splitPin(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).huge();
        m.ready(cpu -> m.write(cpu, 3, 1));
        m.actor("device", cpu -> m.writePinned(cpu, 3, 7));
        m.actor("split", cpu -> m.split(cpu, 3));
        m.endAfter();
    }

    private static void toldOfSplit(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).huge();
        Mirror mirror = new Mirror(m, 4);
        m.ready(cpu -> {
            m.write(cpu, 3, 1);
            m.mm().notifiers().register(cpu, mirror);
            mirror.map(cpu, 3);
        });
        m.actor("user", cpu -> mirror.use(cpu, 3));
        m.actor("split", cpu -> m.split(cpu, 3));
        m.endAfter();
    }

    private static void splitWrite(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).huge();
        m.ready(cpu -> m.write(cpu, 3, 1));
        m.writer("task", 3);
        m.actor("split", cpu -> m.split(cpu, 3));
        m.endAfter();
    }

    private static void splitGuest(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).huge();
        m.guestWriter(3);
        m.actor("split", cpu -> m.split(cpu, 3));
        m.readyGuest((cpu, vcpu) -> m.guestWrite(cpu, vcpu, 3, 1));
        m.endAfter();
    }
}
