package org.gleaner.lab.trace.block;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// SPC-1 and UMass traces of disks: `0,51504,4096,r,0.034768`: a unit, a sector of 512 bytes, a
/// size in bytes, the opcode and seconds. Blanks may stand around fields, and more fields may
/// follow.
///
/// Each unit (ASU) has its own name space.
public final class SpcFormat implements TraceFormat {

    private static final About ABOUT =
            new About("spc", "SPC-1 and UMass, CSV of disk requests", Level.BLOCK, "spc");

    /// Units of one file, at most.
    private static final int MOST_UNITS = 1 << 16;

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        Map<Long, Integer> units = new HashMap<>();
        long unit = -1;
        while (line.nextFilled()) {
            long of = line.needDecimal("unit");
            if (of < 0 || of > MOST_UNITS) {
                throw line.malformed("its unit " + Long.toUnsignedString(of) + " is beyond belief");
            }
            if (of != unit) {
                unit = of;
                int space =
                        Objects.requireNonNullElse(
                                units.putIfAbsent(of, units.size()), units.size() - 1);
                sink.space(space, "asu" + unit);
            }
            comma(line);
            long sector = line.needDecimal("sector");
            comma(line);
            long size = line.needDecimal("size");
            comma(line);
            boolean write = line.take('w') || line.take('W');
            if (!write && !line.take('r') && !line.take('R')) {
                throw line.no("opcode", "'r' or 'w'");
            }
            comma(line);
            sink.time(line.needSeconds("time"));
            line.blanks();
            if (!line.take(',')) {
                line.needEnd();
            }
            reading.record();
            Touch.sectors(sink, bytes, sector, size, write);
        }
    }

    private static void comma(Line line) {
        line.blanks();
        line.need(',');
        line.blanks();
    }
}
