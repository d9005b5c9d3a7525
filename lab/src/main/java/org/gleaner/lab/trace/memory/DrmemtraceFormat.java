package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// DynamoRIO's drmemtrace: records of 12 bytes, little-endian: a type and a size of 16 bits each,
/// and an address or value of 64.
///
/// Types 0 and 1 are loads and stores. Instructions, prefetches, flushes, encodings and markers are
/// no data. [DrmemtraceRecords] reads them.
public final class DrmemtraceFormat implements TraceFormat {

    private static final About ABOUT =
            new About(
                    "drmemtrace",
                    "DynamoRIO, drcachesim -offline; a file, or a directory of threads",
                    Level.MEMORY,
                    "drmemtrace",
                    "memtrace");

    /// The longest instruction that any architecture has, with what a bundle may have.
    private static final int LONGEST_INSTRUCTION = 64;

    private static final int WIDEST_ACCESS = 4096;

    @Override
    public About about() {
        return ABOUT;
    }

    /// All types are known, and most records are what a program does: instructions, and accesses of
    /// a likely size.
    @Override
    public int recognise(Head head) {
        byte[] bytes = head.bytes();
        int records = bytes.length / DrmemtraceRecords.LENGTH;
        int likely = 0;
        for (int i = 0; i < records; i++) {
            int at = i * DrmemtraceRecords.LENGTH;
            int type = bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
            int size = bytes[at + 2] & 0xff | (bytes[at + 3] & 0xff) << 8;
            if (type > DrmemtraceRecords.LAST_TYPE) {
                return partly(head, i, likely);
            }
            likely += isLikely(type, size, TraceBytes.int64(bytes, at + 4)) ? 1 : 0;
        }
        boolean header =
                records > 0 && (bytes[0] & 0xff) == DrmemtraceRecords.HEADER && bytes[1] == 0;
        if (records == 0 || likely * 4 < records * 3) {
            return NO;
        }
        return header ? CERTAIN : LIKELY;
    }

    private static int partly(Head head, int good, int likely) {
        return good >= 16 && likely * 4 >= good * 3 || head.named(ABOUT.names()) && likely > 0
                ? POSSIBLE
                : NO;
    }

    private static boolean isLikely(int type, int size, long value) {
        if (type == DrmemtraceRecords.READ || type == DrmemtraceRecords.WRITE) {
            return size > 0 && size <= WIDEST_ACCESS && value != 0;
        }
        if (DrmemtraceRecords.isInstruction(type)) {
            return size > 0 && size <= LONGEST_INSTRUCTION && value != 0;
        }
        return type >= DrmemtraceRecords.THREAD;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        DrmemtraceRecords records = new DrmemtraceRecords(bytes);
        while (records.piece(sink, reading)) {
            // The pieces of one file are in order.
        }
    }
}
