package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// What Pin's example tool `pinatrace` writes: `0x7f85d3b852d3: W 0x7fffc7177908`, in the variants
/// that are about: `R2`, and a size, a value or `; TID: 7` behind the address.
///
/// Sizes are not known for certain, so that each record touches one page. Comments, names of
/// routines and blank lines are no records; what else is none is passed over and counted.
public final class PinatraceFormat implements TraceFormat {

    private static final About ABOUT =
            new About("pinatrace", "Intel Pin, pinatrace.out", Level.MEMORY, "pinatrace");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            if (line.peek() == '#' || line.take("RTN:")) {
                continue;
            }
            if (!line.prefixedHex() || !line.take(':') || !access(line, sink)) {
                reading.skip(line);
                continue;
            }
            reading.record();
        }
    }

    private static boolean access(Line line, AccessSink sink) {
        line.blanks();
        boolean write = line.take('W');
        if (!write && !line.take('R')) {
            return false;
        }
        line.decimal();
        if (!line.blanks() || !line.prefixedHex()) {
            return false;
        }
        long address = line.value();
        if (line.take(';') && line.take(" TID: ") && line.decimal()) {
            sink.cpu(line.value());
        } else if (!line.atEnd() && !line.blanks() && !line.take(',')) {
            return false;
        }
        sink.access(address >>> Touch.PAGE_SHIFT, write);
        return true;
    }
}
