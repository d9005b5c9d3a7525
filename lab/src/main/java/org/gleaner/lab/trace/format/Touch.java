package org.gleaner.lab.trace.format;

/// Which pages of 4 KiB a range of bytes touches.
public final class Touch {

    /// The size of a page, as a shift.
    public static final int PAGE_SHIFT = 12;

    /// The size of a disk's sector, as a shift.
    public static final int SECTOR_SHIFT = 9;

    /// The largest access of one instruction that is believed, in bytes.
    public static final long MOST_OF_AN_ACCESS = 1L << 20;

    /// The largest request to a disk that is believed, in bytes.
    public static final long MOST_OF_A_REQUEST = 1L << 30;

    /// The largest region of memory that is believed, in bytes.
    public static final long MOST_OF_A_REGION = 1L << 42;

    private Touch() {}

    /// Touches every page of `size` bytes at `address`, in ascending order; one if the size is 0.
    ///
    /// @param address unsigned
    /// @param size unsigned; up to `most`
    /// @throws Malformed at `bytes`' place if it is more, or reaches beyond 64 bits
    public static void range(
            AccessSink sink, TraceBytes bytes, long address, long size, long most, boolean write) {
        long last = check(bytes, address, size, most);
        long end = last >>> PAGE_SHIFT;
        for (long page = address >>> PAGE_SHIFT; page <= end; page++) {
            sink.access(page, write);
        }
    }

    /// The last byte of `size` bytes at `address`.
    ///
    /// @throws Malformed as [#range] does
    public static long check(TraceBytes bytes, long address, long size, long most) {
        if (Long.compareUnsigned(size, most) > 0) {
            throw bytes.malformed(
                    "its size of " + Long.toUnsignedString(size) + " bytes is beyond belief");
        }
        long last = size == 0 ? address : address + size - 1;
        if (Long.compareUnsigned(last, address) < 0) {
            throw bytes.malformed(
                    "it reaches beyond 64 bits: "
                            + size
                            + " bytes at 0x"
                            + Long.toHexString(address));
        }
        return last;
    }

    /// Touches every page of `size` bytes from a sector on.
    ///
    /// @param sector unsigned, of 512 bytes
    /// @throws Malformed as [#range] does
    public static void sectors(
            AccessSink sink, TraceBytes bytes, long sector, long size, boolean write) {
        if (sector >>> Long.SIZE - SECTOR_SHIFT != 0) {
            throw bytes.malformed(
                    "sector " + Long.toUnsignedString(sector) + " lies beyond 2^64 bytes");
        }
        range(sink, bytes, sector << SECTOR_SHIFT, size, MOST_OF_A_REQUEST, write);
    }
}
