package org.gleaner.mm.lru;

import org.gleaner.mm.version.KernelVersion;

/// What reclaiming anonymous and file memory has cost lately (`lru_note_cost`). Guarded by lru_lock.
public final class ReclaimCost {
    private final long ioWeight;
    private final long rotationWeight;
    private long anon;
    private long file;

    private ReclaimCost(long ioWeight, long rotationWeight) {
        this.ioWeight = ioWeight;
        this.rotationWeight = rotationWeight;
    }

    /// 6.1 counts pages of I/O and nothing else; later kernels let one weigh as much as 32 pages looked at in
    /// vain (`SWAP_CLUSTER_MAX`).
    static ReclaimCost of(KernelVersion kernel) {
        return kernel.isBefore(KernelVersion.V6_12)
                ? new ReclaimCost(1, 0)
                : new ReclaimCost(32, 1);
    }

    public long anon() {
        return anon;
    }

    public long file() {
        return file;
    }

    /// Adds the cost of `io` pages written or read back and of `rotated` pages looked at in vain, and
    /// halves both costs once they exceed a quarter of the (delayed) list total.
    public void note(boolean isFile, long io, long rotated, long flushedTotal) {
        long cost = io * ioWeight + rotated * rotationWeight;
        if (cost == 0) {
            return;
        }
        if (isFile) {
            file += cost;
        } else {
            anon += cost;
        }
        if (anon + file > flushedTotal / 4) {
            anon /= 2;
            file /= 2;
        }
    }
}
