package org.gleaner.mm.swap;

/// Timing of a block device: latency of one media operation, how many run at once, and the link's rate.
public record DiskTiming(long readNanos, long writeNanos, int channels, long bytesPerSecond) {
    /// A datacentre NVMe drive: 80 us reads and 20 us buffered writes at depth 64, 3.0 GB/s.
    public static final DiskTiming NVME = new DiskTiming(80_000, 20_000, 64, 3_000_000_000L);

    /// A SATA solid-state drive: 130 us reads, 0.5 GB/s.
    public static final DiskTiming SATA = new DiskTiming(130_000, 60_000, 32, 500_000_000L);
}
