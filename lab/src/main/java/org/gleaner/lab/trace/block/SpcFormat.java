package org.gleaner.lab.trace.block;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// SPC-1 and UMass traces of disks: `0,51504,4096,r,0.034768`: a unit, a sector of 512 bytes, a size in
/// bytes, the opcode and seconds. Blanks may stand around fields, and more fields may follow.
///
/// Each unit (ASU) has its own name space.
public final class SpcFormat implements TraceFormat {

    private static final About ABOUT =
            new About("spc", "SPC-1 and UMass, CSV of disk requests", Level.BLOCK, "spc");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        Keys units = new Keys();
        int space = -1;
        while (line.nextFilled()) {
            int from = line.at();
            line.needDecimal("unit");
            int unit = units.id(line.buffer(), from, line.at());
            if (unit != space) {
                space = unit;
                sink.space(space, "asu" + line.text(from, line.at()));
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
