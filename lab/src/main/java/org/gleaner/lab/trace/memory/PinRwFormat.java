package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// Variants of pinatrace without instruction pointers: ` W 0x7ffe7dfbfcc8`, or ` R 140731` in
/// decimal. What is no such line is passed over and counted, apart from comments.
public final class PinRwFormat implements TraceFormat {

    private static final About ABOUT =
            new About(
                    "pin-rw", "Intel Pin tools that print 'R ADDRESS', 'W ADDRESS'", Level.MEMORY);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            boolean write = line.take('W');
            if ((write || line.take('R'))
                    && line.blanks()
                    && (line.prefixedHex() || line.decimal())) {
                long address = line.value();
                line.blanks();
                if (line.atEnd()) {
                    reading.record();
                    sink.access(address >>> Touch.PAGE_SHIFT, write);
                    continue;
                }
            } else if (line.peek() == '#') {
                continue;
            }
            reading.skip(line);
        }
    }
}
