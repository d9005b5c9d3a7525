package org.gleaner.lab.trace.block;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// VMware's `vscsi` traces, as CloudPhysics published them: little-endian records of SCSI commands.
///
/// | | version 1 | version 2 |
/// |---|---|---|
/// | bytes | 32 | 40 |
/// | length in bytes | 4 | 8 |
/// | command, version | 12, 14 | 0, 2 |
/// | sector of 512 bytes | 16 | 16 |
/// | microseconds | 24 | 24 |
///
/// The version is the upper byte of its field. Command 0x28 reads, 0x2a writes; the same of 6, 12
/// and 16 bytes are read too. Others are no accesses.
public final class VscsiFormat implements TraceFormat {

    private static final About ABOUT =
            new About(
                    "vscsi",
                    "VMware vscsiStats, CloudPhysics; versions 1 and 2",
                    Level.BLOCK,
                    "vscsi");

    private static final int LENGTH_1 = 32;
    private static final int LENGTH_2 = 40;
    private static final int SECTOR = 16;
    private static final int TIME = 24;
    private static final long NANOS = 1000;

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        byte[] bytes = head.bytes();
        int version = version(bytes, 0, bytes.length);
        if (version == 0) {
            return NO;
        }
        int length = version == 1 ? LENGTH_1 : LENGTH_2;
        int command = version == 1 ? 12 : 0;
        int records = bytes.length / length;
        int good = 0;
        while (good < records && isRecord(bytes, good * length + command, version)) {
            good++;
        }
        if (good < records) {
            return good >= 4 ? POSSIBLE : NO;
        }
        return good >= 2 ? CERTAIN - 1 : POSSIBLE;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        if (!bytes.nextBytes(LENGTH_1 + LENGTH_2)) {
            return;
        }
        int version = version(bytes.buffer(), bytes.from(), bytes.to());
        if (version == 0) {
            throw bytes.malformed("it is of neither version 1 nor 2");
        }
        int length = version == 1 ? LENGTH_1 : LENGTH_2;
        int command = version == 1 ? 12 : 0;
        int size = version == 1 ? 4 : 8;
        while (bytes.nextRecords(length)) {
            for (int at = bytes.from(), to = bytes.to(); at < to; at += length) {
                bytes.at(at);
                if (bytes.int16(at + command + 2) >>> Byte.SIZE != version) {
                    throw bytes.malformed("its version is not " + version);
                }
                reading.record();
                int what = bytes.int16(at + command);
                boolean write = isWrite(what);
                if (!write && !isRead(what)) {
                    continue;
                }
                sink.time(bytes.int64(at + TIME) * NANOS);
                long bytesOfIt = bytes.int32(at + size) & 0xffff_ffffL;
                Touch.sectors(sink, bytes, bytes.int64(at + SECTOR), bytesOfIt, write);
            }
        }
    }

    /// The version of the records, which their first two have; 0 if they have none.
    private static int version(byte[] bytes, int from, int to) {
        for (int version = 2; version > 0; version--) {
            int length = version == 1 ? LENGTH_1 : LENGTH_2;
            int command = from + (version == 1 ? 12 : 0);
            boolean first = to - from >= length && isRecord(bytes, command, version);
            boolean second = to - from < 2 * length || isRecord(bytes, command + length, version);
            if (first && second) {
                return version;
            }
        }
        return 0;
    }

    private static boolean isRecord(byte[] bytes, int command, int version) {
        int what = bytes[command] & 0xff;
        return bytes[command + 1] == 0
                && what != 0
                && bytes[command + 2] == 0
                && bytes[command + 3] == version;
    }

    private static boolean isRead(int command) {
        return command == 0x28 || command == 0x08 || command == 0xa8 || command == 0x88;
    }

    private static boolean isWrite(int command) {
        return command == 0x2a || command == 0x0a || command == 0xaa || command == 0x8a;
    }
}
