package org.gleaner.lab.trace.region;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// The text of `damo report access --raw_form`: blocks of regions under a heading, one for each
/// interval: `563ebafec000-563ebb1e6000 (   1.977 MiB)           1    -1`.
///
/// Each region that was accessed touches each of its pages once, in ascending order.
public final class DamonReportFormat implements TraceFormat {

    private static final About ABOUT =
            new About("damon-report-raw", "damo report access --raw_form", Level.REGION);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        String first = head.firstLine();
        boolean begins =
                first.startsWith("base_time_absolute:") || first.startsWith("monitoring_start:");
        return begins ? CERTAIN : head.read(this);
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        Regions regions = new Regions(sink, bytes, reading);
        while (line.nextFilled()) {
            if (line.peek() == '#') {
                continue;
            }
            if (isHeading(line)) {
                regions.end();
                continue;
            }
            long from = line.needHex("start of the region");
            line.need('-');
            long to = line.needHex("end of the region");
            line.needBlanks("length");
            line.need('(');
            if (!line.skipPast(')')) {
                throw line.malformed("the length of the region has no ')'");
            }
            line.needBlanks("count of accesses");
            boolean none = line.take('-');
            long samples = line.needDecimal("count of accesses");
            line.needBlanks("age");
            line.take('-');
            line.needDecimal("age");
            line.needEnd();
            reading.record();
            regions.add(from, to, none ? 0 : samples, false);
        }
        regions.end();
    }

    /// Whether the line is `name: value`, or begins with a word, and is not a region.
    private static boolean isHeading(Line line) {
        int start = line.at();
        byte[] buffer = line.buffer();
        int at = start;
        while (at < line.end() && isOfName(buffer[at])) {
            at++;
        }
        return at > start && at < line.end() && buffer[at] == ':' || isWord(line);
    }

    /// Whether the line begins with a word of letters that is no number.
    private static boolean isWord(Line line) {
        byte[] buffer = line.buffer();
        boolean beyondHex = false;
        int at = line.at();
        for (; at < line.end() && buffer[at] != ' '; at++) {
            if (buffer[at] < 'a' || buffer[at] > 'z') {
                return false;
            }
            beyondHex |= buffer[at] > 'f';
        }
        return beyondHex;
    }

    private static boolean isOfName(byte b) {
        return b >= 'a' && b <= 'z'
                || b >= 'A' && b <= 'Z'
                || b >= '0' && b <= '9'
                || b == '_'
                || b == ' ';
    }
}
