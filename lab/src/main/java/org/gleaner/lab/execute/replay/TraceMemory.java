package org.gleaner.lab.execute.replay;

import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.pagetable.Walk;

/// The memory of a guest in which its trace lies: filled before the task enters the cgroup, and so
/// the root's. A fault on one of its pages marks it accessed twice, when it is looked up and when
/// it is let go, and so the classic LRU queues it for activation: in the CPU's batch, among pages
/// of the cgroup, which go to their list when the batch is full.
final class TraceMemory {
    private static final long VPN = 1 << 12;

    /// Pages of its own that the program had by then, as far as the CPU's batch of additions tells,
    /// which comes to the same place with 31 more: seen on 6.12, where the first of 31 pages that
    /// is not added in its batch, but activated later, is the thirteenth of sqlite.
    private static final int OTHERS = 25;

    /// Bytes of an access.
    private static final long WORD = 4;

    private final Host host;
    private final AddressSpace mm;
    private final int pages;
    private final Walk walk = new Walk();

    /// Those read.
    private int read;

    /// Fills the memory, and has its first page read. Batches are left as they are.
    TraceMemory(Cpu cpu, Host host, ReplayRequest request) {
        this.host = host;
        pages = Math.toIntExact(pages(request)) - OTHERS;
        mm = host.newAddressSpace(cpu, host.memcgs().root());
        int all = pages + OTHERS;
        mm.map(cpu, VPN, all, host.objects().newAnon(), 0, true);
        UserTask task = new UserTask(host.faults(), mm);
        for (int page = 0; page < all; page++) {
            task.access(cpu, VPN + page, true);
        }
        readNext(cpu);
    }

    /// Frames that it takes.
    static long pages(ReplayRequest request) {
        long bytes = WORD * request.trace().length();
        return Math.ceilDiv(bytes, (long) request.pageSize().bytes()) + OTHERS;
    }

    /// A guest's fault on the next page, if there is one.
    void readNext(Cpu cpu) {
        if (read == pages) {
            return;
        }
        int pfn = pfn(cpu, read++);
        host.lru().markAccessed(cpu, pfn);
        host.lru().markAccessed(cpu, pfn);
    }

    private int pfn(Cpu cpu, int page) {
        host.tables().find(cpu, walk, mm.root(), VPN + page);
        return (int) host.tables().tables.format.pfn(walk.entry);
    }

    /// Pages that were activated since the first.
    long activated(Cpu cpu) {
        long activated = -1;
        for (int page = 0; page < read; page++) {
            activated +=
                    (host.folios().peek(cpu, pfn(cpu, page)) & FolioLayout.ACTIVE) != 0 ? 1 : 0;
        }
        return activated;
    }
}
