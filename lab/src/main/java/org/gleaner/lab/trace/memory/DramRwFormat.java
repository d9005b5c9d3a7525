package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// Requests to memory as DRAMsim3, DRAMSim2 and Ramulator read them: `0x2000D5C0 READ 30`, an
/// address, `R`, `READ`, `W`, `WRITE` or `IFETCH`, and the cycle where there is one. Fetches of
/// instructions are no data.
public final class DramRwFormat implements TraceFormat {

    private static final About ABOUT =
            new About("dram-rw", "DRAMsim3, DRAMSim2, Ramulator (dram)", Level.PHYSICAL);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            if (!line.prefixedHex()) {
                throw line.no("address", "hexadecimal number of up to 64 bits behind 0x");
            }
            long address = line.value();
            line.needBlanks("command");
            boolean write = line.take("WRITE") || line.take('W');
            boolean read = !write && (line.take("READ") || line.take('R'));
            if (!write && !read && !line.take("IFETCH")) {
                throw line.no("command", "READ, WRITE or IFETCH");
            }
            if (line.blanks() && !line.atEnd()) {
                sink.time(line.needDecimal("cycle"));
            }
            line.needEnd();
            reading.record();
            if (write || read) {
                sink.access(address >>> Touch.PAGE_SHIFT, write);
            }
        }
    }
}
