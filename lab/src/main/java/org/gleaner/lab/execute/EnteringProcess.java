package org.gleaner.lab.execute;

import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.TableCharge;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// The process of a replay when it is about to enter its cgroup, and what that pays for then.
///
/// | | the kernel's pages of the limit | the process's tables | those of its guest |
/// |---|---|---|---|
/// | x86 | 4 | there before | as [GuestTables] says |
/// | arm64 | 3, and the page of an [OwnBuffer] | there before | as the second stage takes them, see [Arm64Guest] |
/// | huge pages | 3 | as the pages come | as the second stage takes them |
///
/// @param table pages that a page table of the last level maps, and where the memory begins
record EnteringProcess(ReplayRequest request, int table) {

    /// A new process. In small pages its tables are all there by now; in huge ones only those above
    /// the first for its memory, and the others come as the pages do.
    AddressSpace create(Cpu cpu, Host host, Memcg memcg) {
        host.kernelMemory().chargePages(cpu, memcg, kernelPages());
        if (!paysForTables() && !secondStagePays()) {
            return host.newAddressSpace(cpu, memcg, host.rootMemcg());
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

    private int kernelPages() {
        return paysForTables() || readsIntoOwnBuffer()
                ? ReplayRequest.KERNEL_PAGES - 1
                : ReplayRequest.KERNEL_PAGES;
    }

    /// Whether it is charged for its page tables as they come.
    boolean paysForTables() {
        return request.thp() == Thp.ALWAYS && request.backing() == Backing.ANON;
    }

    /// Whether one of its own pages is in the cgroup.
    boolean readsIntoOwnBuffer() {
        return request.arch() == ArchChoice.ARM64 && !paysForTables();
    }

    /// Whether it is charged for tables of its guest as the second stage takes them.
    boolean secondStagePays() {
        return readsIntoOwnBuffer() && request.through() == Through.KVM;
    }

    /// Frames of a guest's memory in which the trace lies, where they make a difference.
    long traceFrames() {
        return secondStagePays() && request.lru() == Lru.CLASSIC ? TraceMemory.pages(request) : 0;
    }

    /// Lowest tables that the trace's memory needs.
    int memoryTables() {
        return Math.ceilDiv(request.trace().regionPages(), table);
    }
}
