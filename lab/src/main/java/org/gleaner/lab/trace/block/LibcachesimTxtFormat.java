package org.gleaner.lab.trace.block;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// A key of 64 bits in each line, decimal: what libCacheSim calls txt. All are reads.
public final class LibcachesimTxtFormat implements TraceFormat {

    private static final About ABOUT =
            new About("libcachesim-txt", "libCacheSim, one number a line", Level.BLOCK);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            long key = line.needDecimal("key");
            line.needEnd();
            reading.record();
            sink.access(key, false);
        }
    }
}
