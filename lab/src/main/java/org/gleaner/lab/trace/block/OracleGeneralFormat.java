package org.gleaner.lab.trace.block;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// libCacheSim's `oracleGeneral`: 24 bytes, packed, little-endian: seconds, an id of 64 bits, a
/// size, and the index of the next request of that id counted from 1, or -1 for none. All are
/// reads; sizes are not looked at.
///
/// `oracleGeneralOpNS` has 27 bytes: an operation of 8 bits, as in lcs, and a name space of 16 bits
/// stand before the index.
public final class OracleGeneralFormat implements TraceFormat {

    /// Of 24 bytes.
    public static final OracleGeneralFormat PLAIN =
            new OracleGeneralFormat(
                    new About(
                            "oracleGeneral",
                            "libCacheSim, oracleGeneral",
                            Level.BLOCK,
                            "oraclegeneral"),
                    24);

    /// Of 27 bytes.
    public static final OracleGeneralFormat WITH_OPERATIONS =
            new OracleGeneralFormat(
                    new About(
                            "oracleGeneralOpNS",
                            "libCacheSim, oracleGeneralOpNS",
                            Level.BLOCK,
                            "oraclegeneralopns"),
                    27);

    private static final int ID = 4;
    private static final int OPERATION = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /// More requests than a trace is believed to have.
    private static final long MOST_REQUESTS = 1L << 34;

    /// A gap in time beyond belief: ten years, in seconds.
    private static final long LONGEST_GAP = 10L * 365 * 86_400;

    private final About about;
    private final int length;
    private final int nextAt;
    private final boolean hasOperation;

    private OracleGeneralFormat(About about, int length) {
        this.about = about;
        this.length = length;
        nextAt = length - Long.BYTES;
        hasOperation = nextAt > OPERATION;
    }

    @Override
    public About about() {
        return about;
    }

    /// Time does not go back, and next requests come later and, where they can be seen, are mostly
    /// of the same id.
    @Override
    public int recognise(Head head) {
        byte[] bytes = head.bytes();
        int records = bytes.length / length;
        boolean isNamed = head.named(about.names());
        if (head.isText()) {
            return NO;
        }
        long before = records == 0 ? 0 : TraceBytes.int32(bytes, 0) & 0xffff_ffffL;
        int links = 0;
        int kept = 0;
        int good = 0;
        for (; good < records; good++) {
            int at = good * length;
            long time = TraceBytes.int32(bytes, at) & 0xffff_ffffL;
            long next = TraceBytes.int64(bytes, at + nextAt);
            boolean isLink = next > good && next < MOST_REQUESTS;
            if (hasOperation && !Operations.isKnown(bytes[at + OPERATION])
                    || time < before
                    || time - before > LONGEST_GAP
                    || next != -1 && !isLink) {
                break;
            }
            before = time;
            if (isLink && next < records) {
                links++;
                kept +=
                        isSame(bytes, good, (int) next - 1) || isSame(bytes, good, (int) next)
                                ? 1
                                : 0;
            }
        }
        if (good < records || kept * 2 < links) {
            return isNamed || good >= 16 && kept * 2 >= links ? POSSIBLE : NO;
        }
        return good >= 4 ? LIKELY : isNamed && good > 0 ? POSSIBLE : NO;
    }

    private boolean isSame(byte[] bytes, int one, int other) {
        return one != other
                && TraceBytes.int64(bytes, one * length + ID)
                        == TraceBytes.int64(bytes, other * length + ID);
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        long links = 0;
        for (long index = 0; bytes.nextRecords(length); ) {
            for (int at = bytes.from(), to = bytes.to(); at < to; at += length) {
                bytes.at(at);
                long next = bytes.int64(at + nextAt);
                if (next < -1) {
                    throw bytes.malformed("the index of its next request is " + next);
                }
                links += next != -1 && next <= index++ ? 1 : 0;
                sink.time((bytes.int32(at) & 0xffff_ffffL) * NANOS_PER_SECOND);
                boolean write = hasOperation && Operations.writes(bytes, at, OPERATION);
                sink.access(bytes.int64(at + ID), write);
                reading.record();
            }
        }
        if (links > 0) {
            reading.remark("%,d next requests lie before their own".formatted(links));
        }
    }
}
