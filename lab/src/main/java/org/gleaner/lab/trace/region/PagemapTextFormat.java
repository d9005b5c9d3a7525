package org.gleaner.lab.trace.region;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// The entries of a pagemap that are not 0, as text: `7f7f078e1<TAB>a100000000198ca5`, a page
/// number and its entry in hexadecimal.
public final class PagemapTextFormat implements TraceFormat {

    private static final About ABOUT =
            new About(
                    "pagemap-text",
                    "page numbers and pagemap entries, hexadecimal",
                    Level.RESIDENT);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        while (line.nextFilled()) {
            long page = line.needHex("page number");
            line.needBlanks("entry");
            long entry = line.needHex("entry");
            line.needEnd();
            String fault = PagemapEntry.fault(entry);
            if (fault != null) {
                throw line.malformed(fault);
            }
            reading.record();
            if (PagemapEntry.isPresent(entry)) {
                sink.access(page, false);
            }
        }
    }
}
