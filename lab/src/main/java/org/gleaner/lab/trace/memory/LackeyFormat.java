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

/// What `valgrind --tool=lackey --trace-mem=yes` prints: `I  04000d30,3`, ` L 1ffeffe6b8,8`, ` S`,
/// ` M`.
///
/// The program's own output and valgrind's may stand between the lines; they are passed over and
/// counted. A load that is stored to again (`M`) is one write. Instructions are no data.
public final class LackeyFormat implements TraceFormat {

    private static final About ABOUT =
            new About("lackey", "valgrind --tool=lackey --trace-mem=yes", Level.MEMORY, "lackey");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        boolean started = head.startsWith("==") && head.firstLine().contains("Lackey");
        return started ? CERTAIN : head.read(this);
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.next()) {
            line.blanks();
            int kind = line.peek();
            if (isKind(kind) && line.take((char) kind) && line.blanks() && line.hex()) {
                long address = line.value();
                if (line.take(',') && line.decimal()) {
                    long size = line.value();
                    line.blanks();
                    if (line.atEnd()) {
                        reading.record();
                        if (kind != 'I') {
                            boolean write = kind != 'L';
                            Touch.range(sink, bytes, address, size, Touch.MOST_OF_AN_ACCESS, write);
                        }
                        continue;
                    }
                }
            }
            reading.skip(line);
        }
    }

    private static boolean isKind(int c) {
        return c == 'I' || c == 'L' || c == 'S' || c == 'M';
    }
}
