package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.machine.Cpu;

/// Mappings of a real host that change or end, and who uses them meanwhile: guests, slots,
/// subscribers.
public final class MappingPrograms {
    private MappingPrograms() {}

    public static final List<Program> ALL =
            List.of(
                    program(
                            "munmap-guest",
                            "a guest does not use a page after munmap",
                            "zap_page_range: invalidate_range_start before the entries go",
                            MappingPrograms::munmapGuest),
                    program(
                            "protect-guest",
                            "after mprotect to read-only no guest's write succeeds",
                            "change_protection: invalidate_range_start before the entries change",
                            MappingPrograms::protectGuest),
                    program(
                            "munmap-evict",
                            "a page that is unmapped and reclaimed at once is freed once",
                            "free_swap_cache, __remove_mapping",
                            MappingPrograms::munmapEvict),
                    program(
                            "exit-evict",
                            "a process that ends while it is reclaimed leaves nothing",
                            "exit_mmap, rmap_walk",
                            MappingPrograms::exitEvict),
                    program(
                            "reap-guest",
                            "a guest does not use a page that the reaper has taken",
                            "__oom_reap_task_mm: invalidate_range_start",
                            MappingPrograms::reapGuest),
                    program(
                            "told-of-unmap",
                            "reclaim tells subscribers before it takes an entry",
                            "try_to_unmap_one: mmu_notifier_invalidate_range_start first",
                            (stage, variant) -> told(stage, variant, MemoryActs::evict)),
                    program(
                            "told-of-munmap",
                            "munmap tells subscribers before it takes an entry",
                            "unmap_vmas: mmu_notifier_invalidate_range_start first",
                            (stage, variant) -> told(stage, variant, MemoryActs::munmap)),
                    program(
                            "told-of-exit",
                            "exit tells subscribers before it takes an entry",
                            "exit_mmap: mmu_notifier_release first",
                            (stage, variant) -> told(stage, variant, MemoryActs::exit)),
                    program(
                            "unsubscribe-evict",
                            "nobody is called any more who has unsubscribed",
                            "mmu_notifier_unregister: unlinked, then synchronize_srcu",
                            MappingPrograms::unsubscribeEvict),
                    program(
                            "subscribe-evict",
                            "who subscribes in the middle of an invalidation sees no end without a start",
                            "mmu_notifier_register: mm_take_all_locks",
                            MappingPrograms::subscribeEvict),
                    program(
                            "alias-evict",
                            "a page is taken from every slot that shows it",
                            "kvm_for_each_memslot_in_hva_range: the interval tree",
                            MappingPrograms::aliasEvict),
                    new Program(
                                    "munmap-yield",
                                    "a flush that is owed comes before the lock is let go",
                                    "tdp_mmu_iter_cond_resched: flush before the yield",
                                    MappingPrograms::munmapYield)
                            .yielding()
                            .within(2),
                    new Program(
                                    "evict-other-slot",
                                    "a page is taken from roots that are invalid, too",
                                    "kvm_tdp_mmu_unmap_gfn_range: all roots, not valid ones",
                                    MappingPrograms::evictOtherSlot)
                            .yielding()
                            .within(1),
                    program(
                            "walk-write",
                            "a walk that ages page tables loses no write",
                            "lru_gen: ptep_test_and_clear_young is atomic",
                            MappingPrograms::walkWrite),
                    program(
                            "look-around",
                            "a look around a young page loses no write of a neighbour",
                            "lru_gen_look_around",
                            MappingPrograms::lookAround),
                    program(
                            "charge",
                            "no charge is lost or made twice",
                            "page_counter_try_charge: counted first, then taken back",
                            MappingPrograms::charge));

    private static Program program(String name, String checks, String source, Program.Body body) {
        return new Program(name, checks, source, body).within(2);
    }

    private static void munmapGuest(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.vcpu("vcpu", (cpu, vcpu) -> vcpu.accessData(cpu, 0, 0, true, 7));
        m.actor("munmap", m::munmap);
        m.readyGuest((cpu, vcpu) -> {
            m.guestWrite(cpu, vcpu, 0, 1);
            m.host().lru().drain(cpu);
        });
        m.endAfter();
    }

    private static void protectGuest(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        long[] seen = new long[1];
        m.vcpu("vcpu", (cpu, vcpu) -> m.guestWrite(cpu, vcpu, 0, 7));
        m.actor(
                "mprotect",
                cpu -> {
                    m.protect(cpu);
                    seen[0] = m.read(cpu, 0);
                });
        m.readyGuest((cpu, vcpu) -> m.guestWrite(cpu, vcpu, 0, 1));
        m.endAfter(cpu ->
                Finding.check(
                        m.read(cpu, 0) == seen[0],
                        "a write succeeds after mprotect: " + seen[0] + " became 7"));
    }

    private static void munmapEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).pages(2);
        m.ready(cpu -> m.write(cpu, 0, 1));
        m.ready(cpu -> m.write(cpu, 1, 2));
        m.ready(m::makeOld);
        m.actor("munmap", m::munmap);
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    private static void exitEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.readyOld();
        m.actor("exit", m::exit);
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    private static void reapGuest(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.vcpu("vcpu", (cpu, vcpu) -> vcpu.accessData(cpu, 0, 0, true, 7));
        m.actor("reaper", m::reap);
        m.readyGuest((cpu, vcpu) -> {
            vcpu.accessData(cpu, 0, 0, true, 1);
            m.host().lru().drain(cpu);
        });
        m.endAfter();
    }

    private interface Act {
        void run(MemoryActs m, Cpu cpu);
    }

    private static void told(Stage stage, Variant variant, Act act) {
        MemoryStage m = new MemoryStage(stage, variant);
        Mirror mirror = new Mirror(m, 1);
        m.ready(cpu -> {
            m.write(cpu, 0, 1);
            m.mm().notifiers().register(cpu, mirror);
            mirror.map(cpu, 0);
            m.makeOld(cpu);
        });
        m.actor("user", cpu -> mirror.use(cpu, 0));
        m.actor("change", cpu -> act.run(m, cpu));
        m.endAfter();
    }

    private static void unsubscribeEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        Mirror subscriber = new Mirror(m, 1);
        m.readyOld();
        m.ready(cpu -> m.mm().notifiers().register(cpu, subscriber));
        m.actor(
                "unsubscribe",
                cpu -> {
                    m.mm().notifiers().unregister(cpu, subscriber);
                    cpu.store(subscriber.gone, 1);
                });
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    private static void subscribeEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        Mirror subscriber = new Mirror(m, 1);
        m.ready(cpu -> m.write(cpu, 0, 1));
        m.ready(cpu -> m.mm().notifiers().register(cpu, new Mirror(m, 1)));
        m.ready(m::makeOld);
        m.actor("subscribe", cpu -> m.mm().notifiers().register(cpu, subscriber));
        m.actor("reclaim", m::evict);
        m.endAfter();
    }

    /// The second slot shows one page of the first one's, begins behind it and ends before it does.
    private static void aliasEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).pages(3);
        m.guestWriter(2);
        m.actor(
                "reclaim",
                cpu -> {
                    m.evict(cpu);
                    m.write(cpu, 0, 9);
                });
        m.readyGuest((cpu, vcpu) -> {
            m.vm().createSlot(cpu, 1, 64, 1, MemoryStage.BASE + 1, false);
            m.guestWrite(cpu, vcpu, 2, 1);
            m.makeOld(cpu);
        });
        m.endAfter();
    }

    /// The pages lie on either side of the end of a page table, where a long unmap looks for
    /// waiters.
    private static void munmapYield(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).pages(2).firstGfn(511);
        m.vcpu("vcpu", (cpu, vcpu) -> vcpu.accessData(cpu, 511, 0, true, 7));
        m.actor("munmap", m::munmap);
        m.readyGuest((cpu, vcpu) -> {
            vcpu.accessData(cpu, 511, 0, true, 1);
            m.host().lru().drain(cpu);
        });
        m.endAfter();
    }

    private static void evictOtherSlot(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.vcpu(
                "slots",
                (cpu, vcpu) -> {
                    m.vm().deleteSlot(cpu, 1);
                    m.guestExpect(cpu, vcpu, 0, 1);
                });
        m.actor("reclaim", m::evict);
        m.readyGuest((cpu, vcpu) -> {
            m.vm().createSlot(cpu, 1, 64, 1, MemoryStage.BASE, false);
            m.guestWrite(cpu, vcpu, 0, 1);
            m.makeOld(cpu);
        });
        m.endAfter();
    }

    private static void walkWrite(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).cachesSwapIns();
        m.readyReadBack();
        m.ready(cpu -> m.host().lru().drain(cpu));
        m.actor("task", cpu -> m.write(cpu, 0, 7));
        m.actor(
                "walk",
                cpu -> {
                    m.host().reclaim().age(cpu, m.memcg());
                    m.makeOld(cpu);
                    m.evict(cpu);
                });
        m.endAfter();
    }

    private static void lookAround(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).pages(3);
        m.guestWriter(1);
        m.actor("reclaim", m::evict);
        m.readyGuest((cpu, vcpu) -> {
            for (int page = 0; page < 3; page++) {
                m.guestWrite(cpu, vcpu, page, page + 1);
            }
            m.makeOld(cpu);
            m.read(cpu, 0);
            m.guestExpect(cpu, vcpu, 2, 3);
        });
        m.endAfter();
    }

    /// The second of two batches does not fit below the limit.
    private static void charge(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).pages(2);
        m.ready(cpu -> m.host().memcgFiles().setMax(cpu, m.memcg(), 100));
        m.actor("one", cpu -> m.write(cpu, 0, 7));
        m.actor("two", cpu -> m.write(cpu, 1, 9));
        m.endAfter();
    }
}
