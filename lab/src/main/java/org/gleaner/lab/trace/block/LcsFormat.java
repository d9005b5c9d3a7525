package org.gleaner.lab.trace.block;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// libCacheSim's `lcs`: a header of 8,192 bytes between two magic numbers, with a version from 1 to
/// 8, and items of a length that goes with it.
///
/// | version | bytes | id | operation |
/// |---|---|---|---|
/// | 1 | 24 | 4 | none: reads |
/// | 2 | 28 | 4 | 16 |
/// | 3 to 8 | 36, 40, 44, 52, 68, 100 | 4 | 20 |
///
/// Sizes are not looked at. Operations are numbered as libCacheSim numbers them.
public final class LcsFormat implements TraceFormat {

    private static final About ABOUT =
            new About("lcs", "libCacheSim, lcs versions 1 to 8", Level.BLOCK, "lcs");

    private static final long MAGIC = 0x123456789abcdef0L;
    private static final int HEADER = 8192;
    private static final int VERSION = 8;
    private static final int REQUESTS = 24;
    private static final int[] LENGTHS = {24, 28, 36, 40, 44, 52, 68, 100};
    private static final int ID = 4;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /// Bits of the operations that write: 3 to 11, 13 and 14.
    private static final int WRITES = 0b110_1111_1111_1000;

    private static final int LAST_OPERATION = 14;

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        boolean isMagic =
                head.bytes().length >= Long.BYTES && TraceBytes.int64(head.bytes(), 0) == MAGIC;
        return isMagic ? CERTAIN : head.named(ABOUT.names()) ? POSSIBLE : NO;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        if (!bytes.nextRecord(HEADER)) {
            throw bytes.malformed("it has no header");
        }
        if (bytes.int64(bytes.from()) != MAGIC) {
            throw bytes.malformed("its header does not begin with the magic number of lcs");
        }
        if (bytes.int64(bytes.from() + HEADER - Long.BYTES) != MAGIC) {
            throw bytes.malformed(
                    "its header does not end with the magic number after %,d bytes, as it does"
                                    .formatted(HEADER)
                            + " since 2025");
        }
        long version = bytes.int64(bytes.from() + VERSION);
        if (version < 1 || version > LENGTHS.length) {
            throw bytes.malformed(
                    "its version is " + Long.toUnsignedString(version) + ", not one of 1 to 8");
        }
        long promised = bytes.int64(bytes.from() + REQUESTS);
        items(bytes, (int) version, sink, reading);
        if (reading.records() != promised) {
            reading.remark(
                    "its header promises %s requests, and there are %,d"
                            .formatted(Long.toUnsignedString(promised), reading.records()));
        }
    }

    private static void items(TraceBytes bytes, int version, AccessSink sink, Reading reading)
            throws IOException {
        int length = LENGTHS[version - 1];
        int operationAt = version == 2 ? 16 : 20;
        while (bytes.nextRecords(length)) {
            for (int at = bytes.from(), to = bytes.to(); at < to; at += length) {
                boolean write = false;
                if (version > 1) {
                    int operation = bytes.buffer()[at + operationAt] & 0xff;
                    if (operation > LAST_OPERATION) {
                        bytes.at(at);
                        throw bytes.malformed("it has the unknown operation " + operation);
                    }
                    write = (WRITES >>> operation & 1) != 0;
                }
                sink.time((bytes.int32(at) & 0xffff_ffffL) * NANOS_PER_SECOND);
                sink.access(bytes.int64(at + ID), write);
                reading.record();
            }
        }
    }
}
