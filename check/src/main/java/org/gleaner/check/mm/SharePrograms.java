package org.gleaner.check.mm;

import java.util.List;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Program;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.gup.PageClaim;

/// Pages of a real host that are shared until somebody writes, and pages that a worker fetches.
public final class SharePrograms {
    private SharePrograms() {}

    public static final List<Program> ALL =
            List.of(
                    program(
                            "fork-guest",
                            "a child does not see what a guest of its parent writes after the fork",
                            "dup_mmap, copy_present_pte: invalidate_range_start before W goes",
                            SharePrograms::forkGuest),
                    program(
                            "fork-write",
                            "a child does not see what its parent writes after the fork",
                            "copy_present_pte: ptep_set_wrprotect",
                            SharePrograms::forkWrite),
                    program(
                            "break-pin",
                            "a page that is pinned is the one that the process goes on using",
                            "FAULT_FLAG_UNSHARE: gup_must_unshare",
                            SharePrograms::breakPin),
                    program(
                            "pin-fork",
                            "the same of a page that is pinned while the process forks",
                            "copy_present_page; write_protect_seq in gup_fast",
                            SharePrograms::pinFork),
                    program(
                            "pin-unmap-fork",
                            "the same of one that reclaim takes for unused just then",
                            "folio_try_share_anon_rmap_pte in try_to_unmap_one",
                            SharePrograms::pinUnmapFork),
                    program(
                            "break-guest",
                            "a guest's write and its process's copy of a shared page are one",
                            "wp_page_copy: invalidate_range_start before the entry changes",
                            SharePrograms::breakGuest),
                    program(
                            "merge-pin",
                            "a page that somebody holds is not merged",
                            "write_protect_page: page_count is as expected",
                            SharePrograms::mergePin),
                    program(
                            "merge-write",
                            "pages that are merged are equal until they are one",
                            "try_to_merge_one_page: write-protected, then compared",
                            (stage, variant) -> mergeWrite(stage, variant, 1)),
                    program(
                            "merge-kept",
                            "a page that others are merged into does not change any more",
                            "try_to_merge_two_pages: the first is write-protected, too",
                            (stage, variant) -> mergeWrite(stage, variant, 0)),
                    program(
                            "merge-guest",
                            "a guest's write to a page that is merged goes to a page of its own",
                            "write_protect_page, replace_page: invalidate_range_start",
                            SharePrograms::mergeGuest),
                    program(
                            "async-evict",
                            "a page that a worker has fetched is mapped only while it is there",
                            "async_pf_execute, kvm_arch_async_page_ready",
                            SharePrograms::asyncEvict));

    private static Program program(String name, String checks, String source, Program.Body body) {
        return new Program(name, checks, source, body).within(3);
    }

    /// The child looks twice.
    private static void fork(MemoryStage m) {
        long[] first = new long[1];
        m.actor(
                "fork",
                cpu -> {
                    m.fork(cpu);
                    first[0] = m.childReads(cpu, 0);
                });
        m.endAfter(cpu -> {
            long now = m.childReads(cpu, 0);
            Finding.check(now == first[0], "the child reads " + now + ", after " + first[0]);
        });
    }

    private static void forkGuest(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.guestWriter(0);
        m.readyGuest((cpu, vcpu) -> m.guestWrite(cpu, vcpu, 0, 1));
        fork(m);
    }

    private static void forkWrite(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.ready(cpu -> m.write(cpu, 0, 1));
        m.writer("task", 0);
        fork(m);
    }

    private static void breakPin(Stage stage, Variant variant) {
        MemoryStage m = shared(stage, variant);
        PageClaim claim = new PageClaim();
        m.writer("task", 0);
        m.actor("device", cpu -> m.pin(cpu, 0, claim));
        m.endAfter(cpu -> m.unpin(cpu, 0, claim));
    }

    private static void pinFork(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        PageClaim claim = new PageClaim();
        m.ready(cpu -> m.write(cpu, 0, 1));
        m.actor("device", cpu -> m.pinToWrite(cpu, 0, claim));
        m.actor("fork", m::fork);
        m.endAfter(cpu -> staysPinned(m, cpu, claim));
    }

    private static void pinUnmapFork(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).cachesSwapIns();
        PageClaim claim = new PageClaim();
        m.readyReadBack();
        m.ready(m::makeOld);
        m.actor("device", cpu -> m.pinToWrite(cpu, 0, claim));
        m.actor(
                "reclaim",
                cpu -> {
                    m.evict(cpu);
                    m.fork(cpu);
                });
        m.endAfter(cpu -> staysPinned(m, cpu, claim));
    }

    private static void staysPinned(MemoryStage m, Cpu cpu, PageClaim claim) {
        m.write(cpu, 0, 7);
        m.unpin(cpu, 0, claim);
    }

    private static void breakGuest(Stage stage, Variant variant) {
        MemoryStage m = shared(stage, variant);
        long[] written = new long[1];
        m.vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    boolean must = cpu.load(written, 0) != 0;
                    vcpu.accessData(cpu, 0, 0, false, 0);
                    boolean was = vcpu.data() == 7 || vcpu.data() == 1 && !must;
                    Finding.check(was, "the guest reads " + vcpu.data() + " after the write");
                });
        m.actor(
                "task",
                cpu -> {
                    m.write(cpu, 0, 7);
                    cpu.store(written, 0, 1);
                });
        m.readyGuest((cpu, vcpu) -> m.guestExpect(cpu, vcpu, 0, 1));
        m.endAfter(cpu -> Finding.check(m.childReads(cpu, 0) == 1, "the child has changed"));
    }

    /// A page that the process shares with its child.
    private static MemoryStage shared(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant);
        m.ready(cpu -> {
            m.write(cpu, 0, 1);
            m.host().lru().drain(cpu);
            m.fork(cpu);
        });
        return m;
    }

    /// Pages 0 and 1 are equal.
    private static MemoryStage equal(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).pages(2);
        m.ready(cpu -> {
            m.write(cpu, 0, 1);
            m.write(cpu, 1, 1);
            m.host().lru().drain(cpu);
        });
        return m;
    }

    private static void mergePin(Stage stage, Variant variant) {
        MemoryStage m = equal(stage, variant);
        m.actor("device", cpu -> m.writePinned(cpu, 1, 7));
        m.actor("ksmd", cpu -> m.merge(cpu, 1));
        m.endAfter();
    }

    private static void mergeWrite(Stage stage, Variant variant, int page) {
        MemoryStage m = equal(stage, variant);
        m.writer("task", page);
        m.actor("ksmd", cpu -> m.merge(cpu, 1));
        m.endAfter();
    }

    private static void mergeGuest(Stage stage, Variant variant) {
        MemoryStage m = equal(stage, variant);
        m.guestWriter(1);
        m.actor("ksmd", cpu -> m.merge(cpu, 1));
        m.readyGuest((cpu, vcpu) -> m.guestWrite(cpu, vcpu, 1, 1));
        m.endAfter();
    }

    private static void asyncEvict(Stage stage, Variant variant) {
        MemoryStage m = new MemoryStage(stage, variant).asynchronous();
        m.vcpu("vcpu", (cpu, vcpu) -> m.guestExpect(cpu, vcpu, 0, 1));
        m.readyOld();
        m.ready(m::evict);
        m.actor("evict", m::evict);
        m.endAfter();
    }
}
