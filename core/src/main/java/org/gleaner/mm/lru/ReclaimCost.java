package org.gleaner.mm.lru;

/// What reclaiming anonymous and file memory has cost lately (`lru_note_cost`). Guarded by lru_lock.
public final class ReclaimCost {
    /// One I/O weighs as much as this many rotated pages (`SWAP_CLUSTER_MAX`).
    private static final long IO_WEIGHT = 32;

    private long anon;
    private long file;

    public long anon() {
        return anon;
    }

    public long file() {
        return file;
    }

    /// Adds the cost of `io` pages written or read back and of `rotated` pages looked at in vain, and
    /// halves both costs once they exceed a quarter of the (delayed) list total.
    public void note(boolean isFile, long io, long rotated, long flushedTotal) {
        long cost = io * IO_WEIGHT + rotated;
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
