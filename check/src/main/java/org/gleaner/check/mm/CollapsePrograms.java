package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;

/// Small pages of a real host that become a large folio while they are used.
public final class CollapsePrograms {
    private CollapsePrograms() {}

    private static final int PAGE = 3;

    public static final List<Program> ALL =
            List.of(
                    program(
                            "collapse-write",
                            "what a process writes while its pages are collapsed is there",
                            "collapse_huge_page: mmap_lock for writing, PMD flushed before the copy",
                            CollapsePrograms::write),
                    program(
                            "collapse-touch",
                            "a page that is first touched during a collapse is mapped once",
                            "collapse_huge_page: mmap_lock for writing",
                            CollapsePrograms::touch),
                    program(
                            "collapse-guest",
                            "a guest's write during a collapse is not lost",
                            "collapse_huge_page: mmu_notifier_invalidate_range_start",
                            CollapsePrograms::guest),
                    program(
                            "collapse-pin",
                            "a range of which somebody holds a page is not collapsed",
                            "__collapse_huge_page_isolate: page_count is as expected",
                            CollapsePrograms::pin),
                    program(
                            "told-of-collapse",
                            "a collapse tells subscribers before it takes an entry",
                            "collapse_huge_page: mmu_notifier_invalidate_range_start first",
                            CollapsePrograms::told),
                    program(
                                    "collapse-evict",
                                    "a page that is collapsed and reclaimed at once is there once",
                                    "collapse_huge_page: anon_vma_lock_write",
                                    CollapsePrograms::evict)
                            .within(1));

    private static Program program(String name, String checks, String source, Program.Body body) {
        return new Program(name, checks, source, body).within(3);
    }

    private static MemoryStage stage(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).collapsible();
        m.ready(cpu -> {
            m.write(cpu, PAGE, 1);
            m.host().lru().drain(cpu);
        });
        return m;
    }

    private static void write(Stage stage, Variant variant) {
        MemoryStage m = stage(stage, variant);
        m.writer("task", PAGE);
        m.actor("khugepaged", m::collapse);
        m.endAfter();
    }

    private static void touch(Stage stage, Variant variant) {
        MemoryStage m = stage(stage, variant);
        m.writer("task", PAGE + 1);
        m.actor("khugepaged", m::collapse);
        m.endAfter();
    }

    private static void guest(Stage stage, Variant variant) {
        MemoryStage m = stage(stage, variant);
        m.guestWriter(PAGE);
        m.actor("khugepaged", m::collapse);
        m.readyGuest((cpu, vcpu) -> m.guestWrite(cpu, vcpu, PAGE, 1));
        m.endAfter();
    }

    private static void pin(Stage stage, Variant variant) {
        MemoryStage m = stage(stage, variant);
        m.actor("device", cpu -> m.writePinned(cpu, PAGE, 7));
        m.actor("khugepaged", m::collapse);
        m.endAfter();
    }

    private static void told(Stage stage, Variant variant) {
        MemoryStage m = stage(stage, variant);
        Mirror mirror = new Mirror(m, PAGE + 1);
        m.ready(cpu -> {
            m.mm().notifiers().register(cpu, mirror);
            mirror.map(cpu, PAGE);
        });
        m.actor("user", cpu -> mirror.use(cpu, PAGE));
        m.actor("khugepaged", m::collapse);
        m.endAfter();
    }

    private static void evict(Stage stage, Variant variant) {
        MemoryStage m = stage(stage, variant);
        m.actor("reclaim", m::evict);
        m.actor("khugepaged", m::collapse);
        m.ready(m::makeOld);
        m.ready(cpu -> m.expect(cpu, PAGE, 1));
        m.endAfter();
    }
}
