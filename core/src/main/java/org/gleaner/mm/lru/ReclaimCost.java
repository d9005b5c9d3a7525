package org.gleaner.mm.lru;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.version.KernelVersion;

/// What reclaiming anonymous and file memory has cost lately (`lru_note_cost`), in a cgroup and
/// below. One word, for cgroups below add to it without the lock of this one's lists.
///
/// ```
/// bits  0..31  cost of file memory
/// bits 32..63  cost of anonymous memory
/// ```
public final class ReclaimCost {
    private static final int ANON_SHIFT = 32;
    private static final long FILE_MASK = (1L << ANON_SHIFT) - 1;

    private final long ioWeight;
    private final long rotationWeight;
    private final long[] word = new long[1];

    private ReclaimCost(long ioWeight, long rotationWeight) {
        this.ioWeight = ioWeight;
        this.rotationWeight = rotationWeight;
    }

    /// 6.1 counts pages of I/O and nothing else; later kernels let one weigh as much as 32 pages
    /// looked at in vain (`SWAP_CLUSTER_MAX`).
    static ReclaimCost of(KernelVersion kernel) {
        return kernel.isBefore(KernelVersion.V6_12)
                ? new ReclaimCost(1, 0)
                : new ReclaimCost(32, 1);
    }

    public long anon(Cpu cpu) {
        return cpu.peek(word, 0) >>> ANON_SHIFT;
    }

    public long file(Cpu cpu) {
        return cpu.peek(word, 0) & FILE_MASK;
    }

    /// Adds the cost of `io` pages written or read back and of `rotated` pages looked at in vain,
    /// and halves both costs once they exceed a quarter of the (delayed) list total.
    public void note(Cpu cpu, boolean isFile, long io, long rotated, long flushedTotal) {
        long cost = io * ioWeight + rotated * rotationWeight;
        if (cost == 0) {
            return;
        }
        for (; ; ) {
            long old = cpu.load(word, 0);
            long anon = (old >>> ANON_SHIFT) + (isFile ? 0 : cost);
            long file = (old & FILE_MASK) + (isFile ? cost : 0);
            if (anon + file > flushedTotal / 4) {
                anon /= 2;
                file /= 2;
            }
            if (cpu.cas(word, 0, old, anon << ANON_SHIFT | file)) {
                return;
            }
        }
    }
}
