package org.gleaner.lab.trace.region;

import java.util.SplittableRandom;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Reconstruction;

/// How samples of accesses become accesses: as a reading's [Reconstruction] says.
final class Samples {

    private final AccessSink sink;
    private final boolean drawn;
    private final SplittableRandom random;
    private final long[] pages = new long[Reconstruction.SAMPLES_DRAWN_FROM];
    private final boolean[] writes = new boolean[Reconstruction.SAMPLES_DRAWN_FROM];
    private long count;

    Samples(AccessSink sink, Reading reading) {
        this.sink = sink;
        drawn = reading.reconstruction().way() == Reconstruction.Way.RANDOM;
        random = new SplittableRandom(reading.reconstruction().seed());
    }

    void add(long page, boolean write) {
        sink.access(page, write);
        if (!drawn) {
            return;
        }
        int at = (int) (count++ % pages.length);
        pages[at] = page;
        writes[at] = write;
        for (int i = 1; i < Reconstruction.ACCESSES_OF_A_SAMPLE; i++) {
            int of = random.nextInt((int) Math.min(count, pages.length));
            sink.access(pages[of], writes[of]);
        }
    }
}
