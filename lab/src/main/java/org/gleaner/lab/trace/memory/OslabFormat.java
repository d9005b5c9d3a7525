package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// The memory traces of Ewha's OS lab: `readd 0x1FFF000728 8`; `readi` is an instruction.
public final class OslabFormat implements TraceFormat {

    private static final About ABOUT = new About("oslab", "oslab-ewha memtrace", Level.MEMORY);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            boolean write = line.take("write");
            boolean read = !write && line.take("readd");
            if (!write && !read && !line.take("readi")) {
                throw line.no("kind", "'readi', 'readd' or 'write'");
            }
            line.needBlanks("address");
            long address = line.needHex("address");
            line.needBlanks("size");
            long size = line.needDecimal("size");
            line.needEnd();
            reading.record();
            if (write || read) {
                Touch.range(sink, bytes, address, size, Touch.MOST_OF_AN_ACCESS, write);
            }
        }
    }
}
