package org.gleaner.lab.trace.block;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// libCacheSim's sample of CSV: a header `version,time,op,size,lbn`, and a request for 512-byte
/// sectors in each line, with the SCSI command in hexadecimal: 28 reads, 2a writes.
public final class LibcachesimCsvFormat implements TraceFormat {

    private static final About ABOUT =
            new About(
                    "libcachesim-csv",
                    "libCacheSim, CSV with version,time,op,size,lbn",
                    Level.BLOCK);

    private static final String HEADER = "version,time,op,size,lbn";

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        return head.startsWith(HEADER) ? CERTAIN : NO;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        if (!line.nextFilled()) {
            return;
        }
        if (!line.take(HEADER)) {
            throw line.malformed("its header is not '" + HEADER + "'");
        }
        line.needEnd();
        while (line.nextFilled()) {
            line.needDecimal("version");
            line.need(',');
            sink.time(line.needSeconds("time"));
            line.need(',');
            boolean write = line.take("2a") || line.take("2A");
            if (!write && !line.take("28")) {
                throw line.no("command", "28 or 2a");
            }
            line.need(',');
            long size = line.needDecimal("size");
            line.need(',');
            long sector = line.needDecimal("sector");
            line.needEnd();
            reading.record();
            Touch.sectors(sink, bytes, sector, size, write);
        }
    }
}
