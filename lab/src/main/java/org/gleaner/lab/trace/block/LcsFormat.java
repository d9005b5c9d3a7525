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
///
/// Before 2025 the header had 1,024 bytes between the same magic numbers, and a string that says
/// what an item is, as Python's `struct` has it: [ItemLayout].
public final class LcsFormat implements TraceFormat {

    private static final About ABOUT =
            new About("lcs", "libCacheSim, lcs versions 1 to 8", Level.BLOCK, "lcs");

    private static final long MAGIC = 0x123456789abcdef0L;
    private static final int HEADER = 8192;
    private static final int EARLY_HEADER = 1024;
    private static final int VERSION = 8;
    private static final int REQUESTS = 24;
    private static final int[] LENGTHS = {24, 28, 36, 40, 44, 52, 68, 100};
    private static final int ID = 4;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

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
        if (!bytes.nextRecord(EARLY_HEADER)) {
            throw bytes.malformed("it has no header");
        }
        int from = bytes.from();
        if (bytes.int64(from) != MAGIC) {
            throw bytes.malformed("its header does not begin with the magic number of lcs");
        }
        if (bytes.int64(from + EARLY_HEADER - Long.BYTES) == MAGIC) {
            items(
                    bytes,
                    ItemLayout.of(bytes, from + Long.BYTES, from + EARLY_HEADER),
                    sink,
                    reading);
            return;
        }
        long version = bytes.int64(from + VERSION);
        long promised = bytes.int64(from + REQUESTS);
        int rest = HEADER - EARLY_HEADER;
        if (!bytes.nextRecord(rest) || bytes.int64(bytes.from() + rest - Long.BYTES) != MAGIC) {
            throw bytes.malformed(
                    "its header does not end with the magic number after %,d or %,d bytes"
                            .formatted(EARLY_HEADER, HEADER));
        }
        if (version < 1 || version > LENGTHS.length) {
            throw bytes.malformed(
                    "its version is " + Long.toUnsignedString(version) + ", not one of 1 to 8");
        }
        int operationAt = version == 1 ? ItemLayout.NONE : version == 2 ? 16 : 20;
        items(bytes, new ItemLayout(LENGTHS[(int) version - 1], operationAt), sink, reading);
        if (reading.records() != promised) {
            reading.remark(
                    "its header promises %s requests, and there are %,d"
                            .formatted(Long.toUnsignedString(promised), reading.records()));
        }
    }

    private static void items(TraceBytes bytes, ItemLayout layout, AccessSink sink, Reading reading)
            throws IOException {
        int length = layout.length();
        int operationAt = layout.operationAt();
        while (bytes.nextRecords(length)) {
            for (int at = bytes.from(), to = bytes.to(); at < to; at += length) {
                boolean write =
                        operationAt != ItemLayout.NONE && Operations.writes(bytes, at, operationAt);
                sink.time((bytes.int32(at) & 0xffff_ffffL) * NANOS_PER_SECOND);
                sink.access(bytes.int64(at + ID), write);
                reading.record();
            }
        }
    }
}
