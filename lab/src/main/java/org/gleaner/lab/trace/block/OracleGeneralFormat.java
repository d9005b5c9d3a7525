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
public final class OracleGeneralFormat implements TraceFormat {

    private static final About ABOUT =
            new About("oracleGeneral", "libCacheSim, oracleGeneral", Level.BLOCK, "oraclegeneral");

    private static final int LENGTH = 24;
    private static final int ID = 4;
    private static final int NEXT = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /// More requests than a trace is believed to have.
    private static final long MOST_REQUESTS = 1L << 34;

    /// A gap in time beyond belief: ten years, in seconds.
    private static final long LONGEST_GAP = 10L * 365 * 86_400;

    @Override
    public About about() {
        return ABOUT;
    }

    /// Time does not go back, and next requests come later and, where they can be seen, are mostly
    /// of the same id.
    @Override
    public int recognise(Head head) {
        byte[] bytes = head.bytes();
        int records = bytes.length / LENGTH;
        boolean isNamed = head.named(ABOUT.names());
        if (head.isText()) {
            return NO;
        }
        long before = records == 0 ? 0 : TraceBytes.int32(bytes, 0) & 0xffff_ffffL;
        int links = 0;
        int kept = 0;
        int good = 0;
        for (; good < records; good++) {
            int at = good * LENGTH;
            long time = TraceBytes.int32(bytes, at) & 0xffff_ffffL;
            long next = TraceBytes.int64(bytes, at + NEXT);
            boolean isLink = next > good && next < MOST_REQUESTS;
            if (time < before || time - before > LONGEST_GAP || next != -1 && !isLink) {
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

    private static boolean isSame(byte[] bytes, int one, int other) {
        return one != other
                && TraceBytes.int64(bytes, one * LENGTH + ID)
                        == TraceBytes.int64(bytes, other * LENGTH + ID);
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        long links = 0;
        for (long index = 0; bytes.nextRecords(LENGTH); ) {
            for (int at = bytes.from(), to = bytes.to(); at < to; at += LENGTH) {
                bytes.at(at);
                long next = bytes.int64(at + NEXT);
                if (next < -1) {
                    throw bytes.malformed("the index of its next request is " + next);
                }
                links += next != -1 && next <= index++ ? 1 : 0;
                sink.time((bytes.int32(at) & 0xffff_ffffL) * NANOS_PER_SECOND);
                sink.access(bytes.int64(at + ID), false);
                reading.record();
            }
        }
        if (links > 0) {
            reading.remark("%,d next requests lie before their own".formatted(links));
        }
    }
}
