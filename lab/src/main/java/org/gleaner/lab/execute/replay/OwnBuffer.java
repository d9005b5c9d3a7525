package org.gleaner.lab.execute.replay;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.memcg.TableCharge;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// The buffer that the program of a comparison run reads `memory.stat` into: one page of its own,
/// which it first touches when it is in the cgroup, and again at each reading. It is on the LRU
/// lists like any other page, among those of the trace that came at the same time. So are pages
/// that it touches once as it enters.
public final class OwnBuffer {
    /// The program's data, far from the memory that the trace goes to.
    private static final long VPN = 1L << 26;

    /// Its other pages were touched before, and are not of the cgroup: here they do not exist.
    private static final int PAGES = 128;

    private static final long BUFFER = VPN + PAGES / 2;

    private final UserTask task;

    public OwnBuffer(Cpu cpu, Host host, AddressSpace mm) {
        mm.map(cpu, VPN, PAGES, host.objects().newAnon(), 0, true);
        int level = RadixTable.LEVEL_4K;
        host.tables().allocate(cpu, new Walk(), mm.root(), BUFFER, level, TableCharge.FREE);
        task = new UserTask(host.faults(), mm);
    }

    /// As it enters its cgroup it touches so many other pages, and never again.
    public void enter(Cpu cpu, int pages) {
        for (int i = 1; i <= pages; i++) {
            task.access(cpu, BUFFER + i, true);
        }
    }

    /// The kernel writes the statistics there.
    public void fill(Cpu cpu) {
        task.access(cpu, BUFFER, true);
    }
}
