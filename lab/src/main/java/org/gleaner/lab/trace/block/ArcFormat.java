package org.gleaner.lab.trace.block;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// The traces of the ARC authors (`.lis`): `169776 8 0 0`, the first block of 512 bytes, how many,
/// and two numbers that are not looked at. All are reads.
public final class ArcFormat implements TraceFormat {

    private static final About ABOUT = new About("arc", "ARC authors, .lis", Level.BLOCK, "lis");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            long first = line.needDecimal("first block");
            line.needBlanks("count");
            long count = line.needDecimal("count");
            line.needBlanks("third number");
            line.needDecimal("third number");
            line.needBlanks("request number");
            line.needDecimal("request number");
            line.needEnd();
            if (Long.compareUnsigned(count, Touch.MOST_OF_A_REQUEST >> Touch.SECTOR_SHIFT) > 0) {
                throw line.malformed(
                        "its count of "
                                + Long.toUnsignedString(count)
                                + " blocks is beyond belief");
            }
            reading.record();
            Touch.sectors(sink, bytes, first, count << Touch.SECTOR_SHIFT, false);
        }
    }
}
