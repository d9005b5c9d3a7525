package org.gleaner.mm.memcg;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;

/// Pages of a cgroup that reclaim has scanned since it last told anybody how it fares
/// (`vmpressure`): whoever has scanned a window of them has a worker run, which computes a level
/// and notifies those who listen. What matters here is that the worker takes the CPU of who
/// reclaims.
public final class VmPressure {
    /// Pages scanned from one run of the worker to the next.
    public static final long WINDOW = 512;

    private final Word scanned = new Word();

    /// Counts what a pass has scanned. Whether the worker runs now, and the count begins anew.
    public boolean scanned(Cpu cpu, long pages) {
        if (pages == 0 || cpu.fetchAdd(scanned, pages) + pages < WINDOW) {
            return false;
        }
        cpu.store(scanned, 0);
        return true;
    }
}
