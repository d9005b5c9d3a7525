package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// The address traces of UCSD's courses, which Caffeine's simulator reads: `l 0x1fffff58 1`, a load
/// or a store, and how many instructions lie before it; two penalties may follow. No sizes.
public final class AddressFormat implements TraceFormat {

    private static final About ABOUT =
            new About("address", "UCSD address traces, with or without penalties", Level.MEMORY);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            boolean write = line.take('s');
            if (!write && !line.take('l')) {
                throw line.no("kind", "'l' or 's'");
            }
            line.needBlanks("address");
            long address = line.needHex("address");
            line.needBlanks("instruction gap");
            line.needDecimal("instruction gap");
            if (line.blanks() && !line.atEnd()) {
                line.needDecimal("penalty");
                line.needBlanks("second penalty");
                line.needDecimal("second penalty");
                line.needEnd();
            } else {
                line.needEnd();
            }
            reading.record();
            sink.access(address >>> Touch.PAGE_SHIFT, write);
        }
    }
}
