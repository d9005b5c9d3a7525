package org.gleaner.check;

import java.util.List;

/// Pages of a real host that go to swap and come back.
final class SwapPrograms {
    private SwapPrograms() {}

    static final List<Program> ALL =
            List.of(
                    new Program(
                                    "task-evict",
                                    "what a process writes is there when it looks again",
                                    "try_to_unmap: the dirty bit goes to the folio before the entry does",
                                    SwapPrograms::taskEvict)
                            .within(2),
                    new Program(
                                    "guest-evict",
                                    "what a guest writes is there when it looks again",
                                    "pfn series: mark dirty at fault time, under mmu_lock",
                                    SwapPrograms::guestEvict)
                            .within(2));

    private static void taskEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.ready(cpu -> m.write(cpu, 0, 1));
        m.ready(m::makeOld);
        m.actor(
                "task",
                cpu -> {
                    m.write(cpu, 0, 7);
                    m.expect(cpu, 0, 7);
                });
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    private static void guestEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    m.guestWrite(cpu, vcpu, 0, 7);
                    m.guestExpect(cpu, vcpu, 0, 7);
                });
        m.actor("reclaim", m::evict);
        m.readyGuest((cpu, vcpu) -> {
            m.guestWrite(cpu, vcpu, 0, 1);
            m.makeOld(cpu);
        });
        m.endAfter();
    }
}
