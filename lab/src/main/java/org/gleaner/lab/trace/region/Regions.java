package org.gleaner.lab.trace.region;

import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;

/// How regions become accesses.
final class Regions {

    private Regions() {}

    /// Touches each page from `start` to `end` once, in ascending order, if there were accesses.
    ///
    /// @throws org.gleaner.lab.trace.format.Malformed if it ends before it starts, or is larger
    ///     than a region of memory is believed to be
    static void touch(AccessSink sink, TraceBytes bytes, long start, long end, long samples) {
        if (Long.compareUnsigned(end, start) < 0) {
            throw bytes.malformed(
                    "its region ends at %s, before its start at %s"
                            .formatted(Long.toUnsignedString(end), Long.toUnsignedString(start)));
        }
        if (samples != 0 && end != start) {
            Touch.range(sink, bytes, start, end - start, Touch.MOST_OF_A_REGION, false);
        }
    }
}
