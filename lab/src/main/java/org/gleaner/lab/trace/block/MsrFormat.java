package org.gleaner.lab.trace.block;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// MSR Cambridge's traces of disks: `128166372003061629,hm,1,Read,383496192,32768,113736`: a time
/// in units of 100 ns, a host, a disk, the type, offset and size in bytes, and the response time.
///
/// Each disk of each host has its own name space.
public final class MsrFormat implements TraceFormat {

    private static final About ABOUT =
            new About("msr", "MSR Cambridge, CSV of disk requests", Level.BLOCK, "msr");

    /// Nanoseconds in the unit of time.
    private static final long NANOS = 100;

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        Keys disks = new Keys();
        int space = -1;
        while (line.nextFilled()) {
            sink.time(line.needDecimal("time") * NANOS);
            line.need(',');
            int from = line.at();
            line.skipTo(',');
            int host = line.at();
            line.need(',');
            line.needDecimal("disk");
            int disk = disks.id(line.buffer(), from, line.at());
            if (disk != space) {
                space = disk;
                String number = line.text(host + 1, line.at());
                sink.space(space, line.text(from, host) + "." + number);
            }
            line.need(',');
            boolean write = line.take("Write") || line.take("write");
            if (!write && !line.take("Read") && !line.take("read")) {
                throw line.no("type", "'Read' or 'Write'");
            }
            line.need(',');
            long offset = line.needDecimal("offset");
            line.need(',');
            long size = line.needDecimal("size");
            line.need(',');
            line.needDecimal("response time");
            line.needEnd();
            reading.record();
            Touch.range(sink, bytes, offset, size, Touch.MOST_OF_A_REQUEST, write);
        }
    }
}
