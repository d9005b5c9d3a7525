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

/// What DynamoRIO's tool `view` prints of a drmemtrace:
/// `9 1: W0.T872901 read 4 byte(s) @ 0x00007f8578000b70 by PC ...`.
///
/// Numbered lines are records. Headings and totals, which do not begin with a number and a thread,
/// are passed over and counted.
public final class DrmemtraceViewFormat implements TraceFormat {

    private static final About ABOUT =
            new About("drmemtrace-view", "DynamoRIO, drcachesim -tool view", Level.MEMORY, "view");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        return head.startsWith("Output format:\n<--record#->") ? CERTAIN : head.read(this);
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        Thread thread = new Thread();
        while (line.nextFilled()) {
            if (isHeading(line)) {
                continue;
            }
            if (!begins(line, thread) || !record(line, bytes, sink, thread)) {
                reading.skip(line);
                continue;
            }
            reading.record();
        }
    }

    private static boolean isHeading(Line line) {
        int first = line.peek();
        return first == '-'
                || first == '='
                || first == '<'
                || line.take("Output format:")
                || line.take("View tool results:");
    }

    /// Takes the numbers and the thread that a record begins with.
    private static boolean begins(Line line, Thread thread) {
        if (!line.decimal()) {
            return false;
        }
        if (line.blanks() && line.decimal()) {
            line.blanks();
        }
        if (!line.take(':') || !line.blanks()) {
            return false;
        }
        if (line.take('W') && !(line.decimal() && line.take('.'))) {
            return false;
        }
        line.take('T');
        if (!line.decimal()) {
            return false;
        }
        thread.next = line.value();
        return line.blanks();
    }

    /// Takes what a record is.
    private static boolean record(Line line, TraceBytes bytes, AccessSink sink, Thread thread) {
        boolean write = line.take("write ");
        if (!write && !line.take("read ")) {
            return other(line);
        }
        line.blanks();
        if (!line.decimal()) {
            return false;
        }
        long size = line.value();
        if (!line.take(" byte(s) @ ") || !line.prefixedHex()) {
            return false;
        }
        if (thread.next != thread.now) {
            thread.now = thread.next;
            sink.cpu(thread.now);
        }
        Touch.range(sink, bytes, line.value(), size, Touch.MOST_OF_AN_ACCESS, write);
        return true;
    }

    /// Takes a marker, a fetch or another record that is no access of data.
    private static boolean other(Line line) {
        if (line.take('<')) {
            return line.skipPast('>');
        }
        return line.word() && line.blanks() && !line.atEnd();
    }

    /// The thread whose records are read.
    private static final class Thread {
        long now = -1;
        long next;
    }
}
