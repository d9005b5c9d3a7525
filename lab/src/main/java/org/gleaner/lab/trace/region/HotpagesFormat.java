package org.gleaner.lab.trace.region;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// QEMU's plugin `hotpages`: a header, then `0x4002826000, 0x0001, 52789, 0x0001, 41289`: a page,
/// the CPUs that read it, how often, the CPUs that wrote it, and how often. There is no order.
public final class HotpagesFormat implements TraceFormat {

    private static final About ABOUT =
            new About("qemu-hotpages", "QEMU, contrib/plugins/hotpages", Level.COUNTS, "hotpages");

    private static final String HEADER = "Addr, RCPUs";

    /// More accesses of one page are not believed.
    private static final long MOST = 1L << 48;

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        return head.startsWith(HEADER) ? CERTAIN : head.read(this);
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            if (line.take(HEADER)) {
                continue;
            }
            long address = line.needHex("address");
            comma(line);
            line.needHex("set of CPUs");
            comma(line);
            long reads = count(line, "count of reads");
            comma(line);
            line.needHex("set of CPUs");
            comma(line);
            long writes = count(line, "count of writes");
            line.needEnd();
            reading.record();
            sink.counted(address >>> Touch.PAGE_SHIFT, reads, writes);
        }
    }

    private static void comma(Line line) {
        line.need(',');
        line.blanks();
    }

    private static long count(Line line, String meaning) {
        long count = line.needDecimal(meaning);
        if (count < 0 || count > MOST) {
            throw line.malformed(
                    "its " + meaning + ", " + Long.toUnsignedString(count) + ", is beyond belief");
        }
        return count;
    }
}
