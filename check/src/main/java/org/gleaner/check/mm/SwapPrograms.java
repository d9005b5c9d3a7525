package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.mm.version.KernelVersion;

/// Pages of a real host that go to swap and come back: what is written to them, by a process, a
/// guest or a device, must be there at the next look.
public final class SwapPrograms {
    private static final String UNMAP =
            "try_to_unmap: the dirty bit goes to the folio as the entry goes";

    private SwapPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    program(
                            "task-evict",
                            "what a process writes is there when it looks again",
                            UNMAP,
                            (stage, variant) -> taskEvict(new MemoryStage(stage, variant))),
                    program(
                            "task-evict-6.12",
                            "the same where one round takes all it can",
                            UNMAP,
                            (stage, variant) ->
                                    taskEvict(
                                            new MemoryStage(stage, variant)
                                                    .kernel(KernelVersion.V6_12))),
                    program(
                                    "task-evict-classic",
                                    "the same under the classic LRU",
                                    "shrink_inactive_list, shrink_folio_list",
                                    (stage, variant) ->
                                            taskEvict(new MemoryStage(stage, variant).classic()))
                            .within(1),
                    program(
                            "task-evict-7.2",
                            "the same where swap-in passes through the swap cache",
                            "mm, swap: 7.2 never bypasses the swap cache",
                            (stage, variant) ->
                                    taskEvict(
                                            new MemoryStage(stage, variant)
                                                    .kernel(KernelVersion.V7_2))),
                    program(
                            "cached-write",
                            "a page that came back clean is written again once it is dirty",
                            UNMAP,
                            SwapPrograms::cachedWrite),
                    program(
                            "upgrade-evict",
                            "a fault makes writable only the page that it has seen",
                            "do_wp_page: pte_same under the lock",
                            SwapPrograms::upgradeEvict),
                    program(
                            "guest-evict",
                            "what a guest writes is there when it looks again",
                            "pfn series: mark dirty at fault time, under mmu_lock",
                            (stage, variant) -> guestEvict(new MemoryStage(stage, variant))),
                    program(
                            "guest-evict-before",
                            "the same on a kernel that marks pages when it zaps them",
                            "pfn series: kvm_set_pfn_dirty at the zap, until 6.13",
                            (stage, variant) ->
                                    guestEvict(new MemoryStage(stage, variant).marksAtZap())),
                    program(
                            "guest-and-task",
                            "a guest and a process write to one page, and nothing of either is lost",
                            "a VMM's own threads beside its vCPUs",
                            SwapPrograms::guestAndTask),
                    program(
                            "pin-evict",
                            "what a device writes to a page that it holds is not lost",
                            "pageout: is_page_cache_freeable",
                            (stage, variant) -> pinEvict(new MemoryStage(stage, variant), false)),
                    program(
                            "pin-evict-cached",
                            "the same for a page that has a clean copy in swap",
                            "__remove_mapping: references are frozen, then the dirty bit is looked at",
                            (stage, variant) ->
                                    pinEvict(
                                            new MemoryStage(stage, variant).cachesSwapIns(), true)),
                    program(
                            "gup-reuse",
                            "a page found without a lock is the one that is mapped there",
                            "gup_fast_pte_range: the entry is read again after the reference",
                            SwapPrograms::gupReuse),
                    program(
                            "two-swap-ins",
                            "two faults on a swapped page bring it back once",
                            "do_swap_page: swapcache_prepare, and the entry under its lock",
                            (stage, variant) -> twoSwapIns(new MemoryStage(stage, variant))),
                    program(
                                    "two-swap-ins-disk",
                                    "the same where both wait for the disk",
                                    "folio_lock, folio_unlock and PG_waiters",
                                    (stage, variant) ->
                                            twoSwapIns(new MemoryStage(stage, variant).disk()))
                            .within(1),
                    program(
                            "two-first-touches",
                            "two first touches of a page share one",
                            "do_anonymous_page: pte_none under the lock",
                            SwapPrograms::twoFirstTouches),
                    program(
                                    "writeback-fault",
                                    "a page that is being written back is not lost to a fault on it",
                                    "do_swap_page: folio_wait_writeback",
                                    SwapPrograms::writebackFault)
                            .within(2),
                    program(
                            "memfd-evict",
                            "a page of shared memory is found in memory or in swap",
                            "shmem_writeout, shmem_swapin_folio",
                            SwapPrograms::memfdEvict),
                    program(
                                    "evict-twice",
                                    "two that reclaim take a page once",
                                    "folio_test_clear_lru: isolation is for one",
                                    SwapPrograms::evictTwice)
                            .within(1));

    private static Program program(String name, String checks, String source, Program.Body body) {
        return new Program(name, checks, source, body).within(2);
    }

    private static void taskEvict(MemoryStage m) {
        m.readyOld();
        m.writer("task", 0);
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    /// Read back from a disk, a page stays in the swap cache, clean: then only the entry knows of a
    /// write.
    private static void cachedWrite(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).cachesSwapIns();
        m.readyReadBack();
        m.ready(m::makeOld);
        m.writer("task", 0);
        m.actor(
                "reclaim",
                cpu -> {
                    m.evict(cpu);
                    m.makeOld(cpu);
                    m.evict(cpu);
                });
        m.endAfter();
    }

    /// On 6.1 a page that is read back is mapped read-only.
    private static void upgradeEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).kernel(KernelVersion.V6_1);
        m.readyReadBack();
        m.ready(m::makeOld);
        m.writer("task", 0);
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    private static void guestEvict(MemoryStage m) {
        m.guestWriter(0);
        m.actor("reclaim", m::evict);
        m.readyGuest((cpu, vcpu) -> {
            m.guestWrite(cpu, vcpu, 0, 1);
            m.makeOld(cpu);
        });
        m.endAfter();
    }

    private static void guestAndTask(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.vcpu("vcpu", (cpu, vcpu) -> m.guestWrite(cpu, vcpu, 0, 7));
        m.actor(
                "reclaim",
                cpu -> {
                    m.evict(cpu);
                    m.write(cpu, 1, 9);
                    m.expect(cpu, 1, 9);
                });
        m.pages(2);
        m.readyGuest((cpu, vcpu) -> {
            m.guestWrite(cpu, vcpu, 0, 1);
            m.expect(cpu, 0, 1);
            m.makeOld(cpu);
        });
        m.endAfter();
    }

    private static void pinEvict(MemoryStage m, boolean cached) {
        if (cached) {
            m.readyReadBack();
            m.ready(m::makeOld);
        } else {
            m.readyOld();
        }
        m.actor("device", cpu -> m.writePinned(cpu, 0, 7));
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    /// Who has freed the page gets its frame for another.
    private static void gupReuse(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).pages(2);
        m.readyOld();
        m.actor("device", cpu -> m.writePinned(cpu, 0, 7));
        m.actor(
                "reclaim",
                cpu -> {
                    m.evict(cpu);
                    m.write(cpu, 1, 9);
                    m.expect(cpu, 1, 9);
                });
        m.endAfter();
    }

    private static void twoSwapIns(MemoryStage m) {
        m.ready(cpu -> m.write(cpu, 0, 5));
        m.ready(m::makeOld);
        m.ready(m::evict);
        m.actor("one", cpu -> m.expect(cpu, 0, 5));
        m.actor("two", cpu -> m.expect(cpu, 0, 5));
        m.endAfter();
    }

    private static void twoFirstTouches(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).pages(2);
        m.ready(cpu -> m.write(cpu, 1, 1));
        m.writer("one", 0);
        m.actor("two", cpu -> m.read(cpu, 0));
        m.endAfter();
    }

    private static void writebackFault(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).disk();
        m.readyOld();
        m.writer("task", 0);
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    private static void memfdEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).shared();
        m.readyOld();
        m.writer("task", 0);
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    private static void evictTwice(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).pages(2);
        m.ready(cpu -> m.write(cpu, 0, 1));
        m.ready(cpu -> m.write(cpu, 1, 2));
        m.ready(m::makeOld);
        m.actor("reclaim", m::evict);
        m.actor("another", m::evict);
        m.endAfter();
    }
}
