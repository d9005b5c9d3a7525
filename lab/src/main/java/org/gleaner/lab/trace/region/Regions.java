package org.gleaner.lab.trace.region;

import java.util.Arrays;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Reconstruction;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;

/// How the regions of an interval become accesses: as a reading's [Reconstruction] says.
///
/// Regions of one interval ascend; one that does not begins the next interval. Those of an interval
/// are held where accesses are drawn.
final class Regions {

    private final AccessSink sink;
    private final TraceBytes bytes;
    private final boolean drawn;
    private final long seed;
    private long interval;
    private long lastEnd;
    private long time = -1;
    private long began = -1;

    /// Of each region of the interval that was accessed: its first page, how many pages the regions
    /// before and itself have, how often it was seen accessed, and whether written to.
    private long[] firsts = new long[16];

    private long[] pages = new long[16];
    private long[] samples = new long[16];
    private boolean[] writes = new boolean[16];
    private int regions;
    private long most;

    Regions(AccessSink sink, TraceBytes bytes, Reading reading) {
        this.sink = sink;
        this.bytes = bytes;
        drawn = reading.reconstruction().way() == Reconstruction.Way.RANDOM;
        seed = reading.reconstruction().seed();
    }

    /// The time of the regions that follow, in nanoseconds from any point; not less than 0.
    void time(long nanos) {
        time = nanos;
    }

    /// The next region, if there were accesses. Both ends are unsigned addresses.
    ///
    /// @throws org.gleaner.lab.trace.format.Malformed if it ends before it starts, or is larger
    ///     than a region of memory is believed to be
    void add(long start, long end, long sampled, boolean written) {
        if (Long.compareUnsigned(end, start) < 0) {
            throw bytes.malformed(
                    "its region ends at %s, before its start at %s"
                            .formatted(Long.toUnsignedString(end), Long.toUnsignedString(start)));
        }
        if (Long.compareUnsigned(start, lastEnd) < 0) {
            end();
        }
        lastEnd = end;
        if (sampled == 0 || end == start) {
            return;
        }
        if (drawn) {
            began = regions == 0 ? time : began;
            Touch.check(bytes, start, end - start, Touch.MOST_OF_A_REGION);
            hold(start, end, sampled, written);
        } else {
            tell(time);
            Touch.range(sink, bytes, start, end - start, Touch.MOST_OF_A_REGION, written);
        }
    }

    private void tell(long nanos) {
        if (nanos >= 0) {
            sink.time(nanos);
        }
    }

    private void hold(long start, long end, long sampled, boolean written) {
        if (regions == firsts.length) {
            firsts = Arrays.copyOf(firsts, regions * 2);
            pages = Arrays.copyOf(pages, regions * 2);
            samples = Arrays.copyOf(samples, regions * 2);
            writes = Arrays.copyOf(writes, regions * 2);
        }
        long before = regions == 0 ? 0 : pages[regions - 1];
        firsts[regions] = start >>> Touch.PAGE_SHIFT;
        pages[regions] = before + (end - 1 >>> Touch.PAGE_SHIFT) - firsts[regions] + 1;
        samples[regions] = sampled;
        writes[regions++] = written;
        most = Long.compareUnsigned(sampled, most) > 0 ? sampled : most;
    }

    /// The end of an interval; of no effect if there was no region since the last.
    void end() {
        lastEnd = 0;
        if (regions == 0) {
            return;
        }
        interval++;
        tell(began);
        long rounds =
                Long.compareUnsigned(most, Reconstruction.MOST_SAMPLES) < 0
                        ? most
                        : Reconstruction.MOST_SAMPLES;
        for (long round = 0; round < rounds; round++) {
            draw(Shuffle.mix(Shuffle.mix(seed + interval) + round));
        }
        regions = 0;
        most = 0;
    }

    /// What one sample of the interval would have seen.
    private void draw(long key) {
        long all = pages[regions - 1];
        Shuffle order = new Shuffle(all, key);
        double highest = Shuffle.unsigned(most);
        for (long i = 0; i < all; i++) {
            long at = order.at(i);
            int found = Arrays.binarySearch(pages, 0, regions, at + 1);
            int region = found < 0 ? -found - 1 : found;
            double chance = Shuffle.unsigned(samples[region]) / highest;
            if (Shuffle.unit(Shuffle.mix(key ^ at)) < chance) {
                long before = region == 0 ? 0 : pages[region - 1];
                sink.access(firsts[region] + at - before, writes[region]);
            }
        }
    }
}
