package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// Ramulator's traces of a CPU: `8 20841280 20841280`, instructions between, the address of a read,
/// and that of a write-back where there is one; all decimal.
public final class RamulatorCpuFormat implements TraceFormat {

    private static final About ABOUT =
            new About("ramulator-cpu", "Ramulator (cpu)", Level.PHYSICAL);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            line.needDecimal("count of instructions");
            line.needBlanks("address");
            long read = line.needDecimal("address");
            boolean writes = line.blanks() && !line.atEnd();
            long write = writes ? line.needDecimal("address of a write") : 0;
            line.needEnd();
            reading.record();
            sink.access(read >>> Touch.PAGE_SHIFT, false);
            if (writes) {
                sink.access(write >>> Touch.PAGE_SHIFT, true);
            }
        }
    }
}
