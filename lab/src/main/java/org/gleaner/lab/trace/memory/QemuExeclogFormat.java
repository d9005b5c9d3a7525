package org.gleaner.lab.trace.memory;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// QEMU's plugin `execlog`: `0, 0x4002841b73, 0xbf8e8, "callq 0x4002842770", store, 0x4002826838`.
/// An instruction with all its accesses, without sizes; the name of a device may follow an address.
public final class QemuExeclogFormat implements TraceFormat {

    private static final About ABOUT =
            new About("qemu-execlog", "QEMU, contrib/plugins/execlog", Level.MEMORY, "execlog");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        long cpu = -1;
        while (line.nextFilled()) {
            long of = line.needDecimal("CPU");
            if (of != cpu) {
                cpu = of;
                sink.cpu(cpu);
            }
            line.need(',');
            line.blanks();
            line.needHex("instruction pointer");
            line.need(',');
            line.blanks();
            line.needHex("opcode");
            line.need(',');
            line.blanks();
            line.need('"');
            if (!line.skipPast('"')) {
                throw line.malformed("the quoted instruction has no end");
            }
            accesses(line, sink);
            reading.record();
        }
    }

    private static void accesses(Line line, AccessSink sink) {
        boolean named = true;
        while (line.take(',')) {
            line.blanks();
            boolean write = line.take("store");
            if (write || line.take("load")) {
                line.need(',');
                line.blanks();
                sink.access(line.needHex("address") >>> Touch.PAGE_SHIFT, write);
                named = false;
            } else if (named || line.atEnd()) {
                throw line.no("access", "'load' or 'store'");
            } else {
                line.skipTo(',');
                named = true;
            }
        }
        line.needEnd();
    }
}
