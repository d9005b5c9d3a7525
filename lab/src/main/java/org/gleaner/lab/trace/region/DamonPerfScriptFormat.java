package org.gleaner.lab.trace.region;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// What `perf script` prints of DAMON's tracepoints: a region and how often it was found accessed
/// in one interval, in each line:
/// `kdamond.0 4452 [000] 82820.9: damon:damon_aggregated: target_id=N nr_regions=8 START-END: 0`.
///
/// Each region that was accessed touches each of its pages once, in ascending order. As many
/// regions as a line promises are an interval.
public final class DamonPerfScriptFormat implements TraceFormat {

    private static final About ABOUT =
            new About("damon-perf-script", "perf script of damon:damon_aggregated", Level.REGION);

    private static final String[] EVENTS = {
        "damon:damon_aggregated: ", "damon:damos_before_apply: "
    };

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        Regions regions = new Regions(sink, bytes, reading);
        long ofInterval = 0;
        while (line.nextFilled()) {
            int start = line.at();
            if (line.peek() == '#') {
                continue;
            }
            int event = event(line);
            if (event < 0) {
                throw line.malformed("it is no line of a tracepoint of DAMON");
            }
            long time = time(line, start, event);
            long promised = 0;
            while (line.peek() >= 'a') {
                boolean isCount = line.take("nr_regions");
                line.skipTo('=');
                line.need('=');
                long number = line.needDecimal("number of a target or of regions");
                promised = isCount ? number : promised;
                line.needBlanks("region");
            }
            long from = line.needDecimal("start of the region");
            line.need('-');
            long to = line.needDecimal("end of the region");
            line.need(':');
            line.needBlanks("count of accesses");
            boolean none = line.take('-');
            long samples = line.needDecimal("count of accesses");
            if (line.blanks() && !line.atEnd()) {
                line.take('-');
                line.needDecimal("age");
            }
            line.needEnd();
            reading.record();
            regions.time(time);
            regions.add(from, to, none ? 0 : samples, false);
            if (++ofInterval == promised) {
                regions.end();
                ofInterval = 0;
            }
        }
        regions.end();
    }

    /// Goes behind the name of the event.
    ///
    /// @return where it begins; -1 if there is none
    private static int event(Line line) {
        for (String event : EVENTS) {
            if (line.find(event)) {
                return line.at() - event.length();
            }
        }
        return -1;
    }

    /// The seconds that stand before the event, in nanoseconds; -1 if there are none.
    private static long time(Line line, int start, int event) {
        int behind = line.at();
        byte[] buffer = line.buffer();
        int at = event;
        while (at > start && buffer[at - 1] == ' ') {
            at--;
        }
        while (at > start && buffer[at - 1] != ' ') {
            at--;
        }
        line.goTo(at);
        long time = line.seconds() && line.take(':') ? line.value() : -1;
        line.goTo(behind);
        return time;
    }
}
