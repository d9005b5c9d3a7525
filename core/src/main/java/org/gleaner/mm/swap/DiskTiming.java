package org.gleaner.mm.swap;

/// A block device in figures.
///
/// @param readNanos latency of a read of the medium
/// @param writeNanos latency of a write to it
/// @param channels operations that run at once
/// @param bytesPerSecond rate of the link, of each direction where it is duplex
/// @param duplex whether reads and writes cross the link side by side, as they do a PCIe one
/// @param requestNanos what each request occupies the link for, besides its bytes
/// @param kickNanos what it costs the submitting CPU to tell the device, beyond a doorbell
/// @param spread by what part of itself a latency is shorter or longer than its mean at most, all
///     being equally likely
/// @param rotational whether it says that it rotates, which selects the kernel's read-ahead
public record DiskTiming(
        long readNanos,
        long writeNanos,
        int channels,
        long bytesPerSecond,
        boolean duplex,
        long requestNanos,
        long kickNanos,
        double spread,
        boolean rotational) {
    /// How much slower an emulated CPU is than the cost model's.
    private static final double SLOWER = 4.5;

    /// A datacentre NVMe drive: 80 us reads and 20 us buffered writes at depth 64, 3.0 GB/s.
    public static final DiskTiming NVME =
            new DiskTiming(80_000, 20_000, 64, 3_000_000_000L, true, 0, 0, 0, false);

    /// A 3D XPoint drive (Intel P5800X, PCIe 4): 74,875 reads a second one at a time [kitguru],
    /// which is 13.4 us with some 4.7 us that a host charges for submission, wake-up and switch.
    /// From the literature: writes are as fast, 1.5 million reads a second at most, 6.2 GB/s.
    public static final DiskTiming OPTANE =
            new DiskTiming(8_700, 8_700, 13, 6_200_000_000L, true, 0, 0, 0, false);

    /// A guest's virtual disk that ends in its host's page cache (virtio-blk, `cache=unsafe`). It
    /// says that it rotates, as virtio-blk does unless told otherwise, and telling it traps to the
    /// host.
    ///
    /// From block tracepoints of an emulated guest on an idle machine: 0.1 ms for a read and 0.2 ms
    /// for a write, 25 us more for each further request of the batch and 1.8 us for each page, and
    /// 76 us from the last request of a batch to the CPU's next work. One write in twenty takes
    /// less than 0.12 ms, one more than 0.35. That CPU takes 4.5 times as long as the cost model's
    /// to reclaim a clean page, so all of these are divided by that. What matters is their order:
    /// the CPU has gone on to its next pass of reclaim before the writes of the last are done.
    public static final DiskTiming VIRTIO =
            new DiskTiming(
                    (long) (100_000 / SLOWER),
                    (long) (200_000 / SLOWER),
                    64,
                    (long) (2_250_000_000L * SLOWER),
                    false,
                    (long) (25_000 / SLOWER),
                    (long) (76_000 / SLOWER),
                    0.5,
                    true);
}
