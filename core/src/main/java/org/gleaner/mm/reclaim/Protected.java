package org.gleaner.mm.reclaim;

import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgProtection;

/// What `memory.min` and `memory.low` mean to a reclaim session: which cgroups it must leave alone,
/// and how much less it scans of those that are larger than their protection.
final class Protected {
    private final ReclaimContext host;

    Protected(ReclaimContext host) {
        this.host = host;
    }

    /// Computes the protection of a cgroup; those above it must have been computed.
    void calculate(Memcg memcg, ScanControl sc) {
        MemcgProtection.calculate(host.scope(sc), memcg);
    }

    boolean isBelowMin(Memcg memcg, ScanControl sc) {
        return MemcgProtection.isBelowMin(host.scope(sc), memcg);
    }

    boolean isBelowLow(Memcg memcg, ScanControl sc) {
        return MemcgProtection.isBelowLow(host.scope(sc), memcg);
    }

    /// How much of a list of `size` pages to scan at full pressure (in `get_scan_count`).
    long scanSize(Memcg memcg, ScanControl sc, long size) {
        Memcg top = host.scope(sc);
        long min = MemcgProtection.minPages(top, memcg);
        long low = MemcgProtection.lowPages(top, memcg);
        long pages = min;
        if (!sc.lowReclaim && low > min) {
            pages = low;
            sc.lowSkipped = true;
        }
        return MemcgProtection.scanSize(size, memcg.current(), pages);
    }

    /// The same for the generations of a cgroup, if they are spared at all.
    long generationScanSize(Memcg memcg, ScanControl sc, long size) {
        return host.memcgRules().generationsScaled() ? scanSize(memcg, sc, size) : size;
    }
}
