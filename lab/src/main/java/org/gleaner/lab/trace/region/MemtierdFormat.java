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

/// memtierd's dump of a tracker: a header, then a time in ns, a process, an address in hexadecimal,
/// a count of pages, and how often they were accessed and written.
///
/// A line with accesses touches each of its pages once, in ascending order, and writes them if it
/// has writes. Lines without are records that touch nothing.
public final class MemtierdFormat implements TraceFormat {

    private static final About ABOUT =
            new About("memtierd", "memtierd, tracker dump", Level.REGION, "memtierd");

    private static final String HEADER = "timestamp ";

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        String first = head.firstLine();
        boolean header = first.contains("timestamp") && first.contains("accs");
        return header ? CERTAIN : head.read(this);
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        Regions regions = new Regions(sink, bytes, reading);
        long interval = 0;
        while (line.nextFilled()) {
            if (line.take(HEADER)) {
                continue;
            }
            long time = line.needDecimal("time");
            line.needBlanks("process");
            line.needDecimal("process");
            line.needBlanks("address");
            long address = line.needHex("address");
            line.needBlanks("count of pages");
            long pages = line.needDecimal("count of pages");
            line.needBlanks("accesses");
            long accesses = line.needDecimal("accesses");
            line.needBlanks("writes");
            long writes = line.needDecimal("writes");
            line.needEnd();
            if (Long.compareUnsigned(pages, Touch.MOST_OF_A_REGION >> Touch.PAGE_SHIFT) > 0) {
                throw line.malformed(
                        "its count of " + Long.toUnsignedString(pages) + " pages is beyond belief");
            }
            reading.record();
            if (time != interval) {
                regions.end();
                interval = time;
            }
            if (accesses != 0 && pages > 0) {
                regions.time(time);
                Touch.check(bytes, address, pages << Touch.PAGE_SHIFT, Touch.MOST_OF_A_REGION);
                regions.add(address, address + (pages << Touch.PAGE_SHIFT), accesses, writes != 0);
            }
        }
        regions.end();
    }
}
