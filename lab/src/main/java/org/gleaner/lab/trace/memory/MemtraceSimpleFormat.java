package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// DynamoRIO's sample client `memtrace_simple`: `0x1fff0006c8:  8, w`, behind a header that begins
/// `Format:`. A line with the name of an opcode is an instruction, which is no data.
public final class MemtraceSimpleFormat implements TraceFormat {

    private static final About ABOUT =
            new About("memtrace-simple", "DynamoRIO, memtrace_simple", Level.MEMORY);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        return head.startsWith("Format: <data address>") ? CERTAIN : head.read(this);
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            if (line.take("Format:")) {
                continue;
            }
            if (!line.prefixedHex()) {
                throw line.no("address", "hexadecimal number of up to 64 bits behind 0x");
            }
            long address = line.value();
            line.need(':');
            line.blanks();
            long size = line.needDecimal("size");
            line.need(',');
            line.needBlanks("kind");
            int kind = line.at();
            if (!line.word()) {
                throw line.malformed("neither 'r', 'w' nor an opcode follows the size");
            }
            int length = line.at() - kind;
            int first = line.buffer()[kind];
            line.needEnd();
            reading.record();
            if (length == 1 && (first == 'r' || first == 'w')) {
                Touch.range(sink, bytes, address, size, Touch.MOST_OF_AN_ACCESS, first == 'w');
            }
        }
    }
}
