package org.gleaner.mm.swap;

/// A block device in figures.
///
/// @param readNanos latency of a read of the medium
/// @param writeNanos latency of a write to it
/// @param channels operations that run at once
/// @param bytesPerSecond rate of the link
/// @param requestNanos what each request occupies the link for, besides its bytes
/// @param kickNanos what it costs the submitting CPU to tell the device, beyond a doorbell
/// @param rotational whether it says that it rotates, which selects the kernel's read-ahead
public record DiskTiming(
        long readNanos,
        long writeNanos,
        int channels,
        long bytesPerSecond,
        long requestNanos,
        long kickNanos,
        boolean rotational) {
    /// A datacentre NVMe drive: 80 us reads and 20 us buffered writes at depth 64, 3.0 GB/s.
    public static final DiskTiming NVME =
            new DiskTiming(80_000, 20_000, 64, 3_000_000_000L, 0, 0, false);

    /// A SATA solid-state drive: 130 us reads, 0.5 GB/s.
    public static final DiskTiming SATA =
            new DiskTiming(130_000, 60_000, 32, 500_000_000L, 0, 0, false);

    /// A guest's virtual disk that ends in its host's page cache (virtio-blk, `cache=unsafe`). It says that it
    /// rotates, as virtio-blk does unless told otherwise, and telling it traps to the host.
    ///
    /// Block tracepoints of such a guest under emulation show that a single request is done by the time reclaim
    /// begins its next pass, and that each further one of the same batch takes about 15 us longer, on CPUs 2.5
    /// times slower than the cost model's.
    public static final DiskTiming VIRTIO =
            new DiskTiming(40_000, 20_000, 64, 8_000_000_000L, 6_000, 100_000, true);
}
