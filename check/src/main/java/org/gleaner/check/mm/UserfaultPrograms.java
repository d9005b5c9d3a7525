package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.mm.space.Userfault;

/// Tasks that wait for pages of a monitor: whoever waits gets on once the page is there.
public final class UserfaultPrograms {
    /// More than a stage has.
    private static final int CPUS = 8;

    private UserfaultPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    new Program(
                                    "userfault-wait",
                                    "who waits for a page gets on when a monitor supplies it",
                                    "handle_userfault: queued first, and then the entry once more",
                                    UserfaultPrograms::taskAndSupplier)
                            .within(2),
                    new Program(
                                    "userfault-taken",
                                    "the same while a reader takes the fault to the other queue",
                                    "userfaultfd_ctx_read: refile_seq",
                                    UserfaultPrograms::takenMeanwhile)
                            .within(2));

    private static MemoryStage stage(Stage stage, Variant variant, Userfault monitor) {
        MemoryStage m = new MemoryStage(stage, variant).pages(2);
        m.ready(cpu -> m.write(cpu, 1, 1));
        m.ready(_ -> m.vma().register(monitor));
        m.writer("task", 0);
        m.actor("monitor", cpu -> m.host().faults().supply(cpu, m.mm(), MemoryActs.BASE));
        return m;
    }

    private static Userfault monitor(Variant variant) {
        return new Userfault(Userfault.Mode.MISSING, CPUS, variant.memory());
    }

    private static void taskAndSupplier(Stage stage, Variant variant) {
        stage(stage, variant, monitor(variant)).endAfter();
    }

    private static void takenMeanwhile(Stage stage, Variant variant) {
        Userfault monitor = monitor(variant);
        MemoryStage m = stage(stage, variant, monitor);
        m.actor("reader", monitor::take);
        m.endAfter();
    }
}
