package org.gleaner.lab.trace.block;

import java.io.IOException;
import java.util.List;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// The traces of the LIRS authors: a block number in each line, decimal, and lines of `*` between
/// parts, which are no records. All are reads.
///
/// Without such lines it is what libCacheSim calls txt; then the file's name decides.
public final class LirsFormat implements TraceFormat {

    private static final About ABOUT =
            new About("lirs", "LIRS authors, one number a line", Level.BLOCK, "lirs");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        int fit = head.read(this);
        boolean isTheirs = head.contains("\n*") || head.named(List.of("trace", "trc"));
        return fit > NO && !isTheirs ? fit - 1 : fit == NO ? NO : fit + 1;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            if (line.take('*')) {
                line.needEnd();
                continue;
            }
            long block = line.needDecimal("block");
            line.needEnd();
            reading.record();
            sink.access(block, false);
        }
    }
}
