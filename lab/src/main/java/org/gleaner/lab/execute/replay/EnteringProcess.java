package org.gleaner.lab.execute.replay;

import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.TableCharge;
import org.gleaner.mm.pte.Tlb;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// The process of a replay when it is about to enter its cgroup, and what that pays for then.
///
/// | | the kernel's pages of the limit | its own | the process's tables | those of its guest |
/// |---|---|---|---|---|
/// | x86 | 3; of a memfd 2, and its index | an [OwnBuffer], and what it touches as it enters | there before | as [GuestTables] says |
/// | arm64 | 3 | an [OwnBuffer] | there before | as the second stage takes them, see [Arm64Guest] |
/// | huge pages | 3 | | as the pages come | as the second stage takes them |
///
/// @param table pages that a page table of the last level maps, and where the memory begins
record EnteringProcess(ReplayRequest request, int table) {
    /// Pages that the kernel's counters go to, which the process reads once as it enters: two for
    /// the machine's, one for the cgroup's.
    private static final int COUNTERS = 3;

    /// All that a process touches once as it enters which has no guest.
    private static final int ONCE = ReplayRequest.OWN_PAGES - 1;

    /// Translations that the emulated CPUs of the comparison runs keep of a task, besides victims:
    /// measured in 6.1, 6.12 and 6.18 by how long accesses take, and by counts that are a real
    /// kernel's to the last with this number and with no other power of two.
    private static final int TRANSLATIONS = 128;

    /// What of the kernel's pages is in use as a file's index begins to grow, by when `kernel` of
    /// `memory.stat` grows in the first replay after a boot: 6,260 bytes in 6.1, 6,200 in 6.12,
    /// 6,160 in 6.18 and 6,040 in 7.2. Later replays of a boot have 900 less.
    private static final int KERNEL_BYTES = 6_170;

    /// A new process. In small pages its tables are all there by now; in huge ones only those above
    /// the first for its memory, and the others come as the pages do.
    AddressSpace create(Cpu cpu, Host host, Memcg memcg) {
        kernel(cpu, host, memcg);
        if (!paysForTables() && !secondStagePays()) {
            AddressSpace mm = host.newAddressSpace(cpu, memcg, host.memcgs().root());
            if (keepsTranslations()) {
                mm.keepTranslations(new Tlb(TRANSLATIONS));
            }
            return mm;
        }
        AddressSpace mm = host.newAddressSpace(cpu, memcg);
        int level = paysForTables() ? RadixTable.LEVEL_1G : RadixTable.LEVEL_4K;
        int tables = paysForTables() ? 1 : memoryTables();
        for (int i = 0; i < tables; i++) {
            long vpn = (1L + i) * table;
            host.tables().allocate(cpu, new Walk(), mm.root(), vpn, level, TableCharge.FREE);
        }
        return mm;
    }

    /// What the kernel takes on the cgroup's behalf. The nodes of a file's index go on in the last
    /// of its pages; on arm64 they begin a new one, for how much of it is in use was not measured
    /// there. Nothing else goes on in it.
    private void kernel(Cpu cpu, Host host, Memcg memcg) {
        if (request.backing() == Backing.MEMFD && !isArm64()) {
            host.kernelMemory().chargeBytes(cpu, memcg, KERNEL_BYTES);
        } else {
            host.kernelMemory().chargePages(cpu, memcg, ReplayRequest.KERNEL_PAGES);
        }
    }

    /// Whether the CPU of its task does, an emulated one of x86, in virtual time.
    private boolean keepsTranslations() {
        return request.keepsTranslations()
                && request.engine() == EngineChoice.VIRTUAL
                && request.through() == Through.HOST
                && !isArm64();
    }

    /// Whether it is charged for its page tables as they come.
    boolean paysForTables() {
        return request.thp() == Thp.ALWAYS && request.backing() == Backing.ANON;
    }

    /// Its pages that are in the cgroup; null if there are none.
    @Nullable OwnBuffer enter(Cpu cpu, Host host, AddressSpace mm) {
        if (paysForTables()) {
            return null;
        }
        int once = 0;
        if (!isArm64()) {
            once = request.through() == Through.KVM ? COUNTERS : ONCE;
        }
        OwnBuffer buffer = new OwnBuffer(cpu, host, mm);
        buffer.enter(cpu, once);
        return buffer;
    }

    /// Whether it is charged for tables of its guest as the second stage takes them.
    boolean secondStagePays() {
        return isArm64() && !paysForTables() && request.through() == Through.KVM;
    }

    /// Frames of a guest's memory in which the trace lies, where they make a difference.
    long traceFrames() {
        return secondStagePays() && request.lru() == Lru.CLASSIC ? TraceMemory.pages(request) : 0;
    }

    private boolean isArm64() {
        return request.arch() == ArchChoice.ARM64;
    }

    /// Lowest tables that the trace's memory needs.
    int memoryTables() {
        return Math.ceilDiv(request.trace().regionPages(), table);
    }
}
