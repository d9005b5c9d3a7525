package org.gleaner.lab.trace.region;

import java.io.IOException;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;

/// A copy of `/proc/PID/pagemap`: 8 bytes, little-endian, for each page from an address that the
/// file does not have. Bit 63 is set for a present page, 62 for a swapped one. Pages are numbered
/// from 0.
public final class PagemapBinFormat implements TraceFormat {

    private static final About ABOUT =
            new About("pagemap-bin", "/proc/PID/pagemap", Level.RESIDENT, "pagemap");

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public int recognise(Head head) {
        byte[] bytes = head.bytes();
        if (head.isText()) {
            return NO;
        }
        int entries = bytes.length / Long.BYTES;
        int good = 0;
        int mapped = 0;
        for (; good < entries; good++) {
            long entry = TraceBytes.int64(bytes, good * Long.BYTES);
            if (!PagemapEntry.isLikely(entry)) {
                break;
            }
            mapped += PagemapEntry.isPresent(entry) ? 1 : 0;
        }
        boolean isNamed = head.named(ABOUT.names());
        if (good < entries || mapped == 0) {
            return isNamed ? POSSIBLE : NO;
        }
        return good >= 8 ? LIKELY : POSSIBLE;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        for (long page = 0; bytes.nextRecords(Long.BYTES); ) {
            for (int at = bytes.from(), to = bytes.to(); at < to; at += Long.BYTES, page++) {
                long entry = bytes.int64(at);
                String fault = PagemapEntry.fault(entry);
                if (fault != null) {
                    bytes.at(at);
                    throw bytes.malformed(fault);
                }
                reading.record();
                if (PagemapEntry.isPresent(entry)) {
                    sink.access(page, false);
                }
            }
        }
    }
}
