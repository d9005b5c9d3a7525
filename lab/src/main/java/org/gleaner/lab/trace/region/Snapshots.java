package org.gleaner.lab.trace.region;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.jspecify.annotations.Nullable;

/// Snapshots of regions, collected in any order and touched in that of time.
final class Snapshots {

    /// Of each snapshot: its time, and its first region.
    private long[] times = new long[64];

    private int[] firsts = new int[64];
    private int count;

    /// Of each region: its start, its end, and how often it was found accessed.
    private long[] starts = new long[1024];

    private long[] ends = new long[1024];
    private long[] samples = new long[1024];
    private int regions;

    /// What is wrong with a region; null if nothing.
    static @Nullable String fault(long start, long end, long samples) {
        if (end < start) {
            return "a region ends at %d, before its start at %d".formatted(end, start);
        }
        return samples != 0 && end - start > Touch.MOST_OF_A_REGION
                ? "a region of " + (end - start) + " bytes is beyond belief"
                : null;
    }

    /// Begins a snapshot, at the time of the one before it until it has its own.
    void begin() {
        if (count == times.length) {
            times = Arrays.copyOf(times, count * 2);
            firsts = Arrays.copyOf(firsts, count * 2);
        }
        times[count] = count == 0 ? 0 : times[count - 1];
        firsts[count++] = regions;
    }

    /// Sets the time of the present snapshot, in nanoseconds.
    void time(long nanos) {
        times[count - 1] = nanos;
    }

    /// Adds a region without a fault to the present snapshot.
    void add(long start, long end, long sampled) {
        if (regions == starts.length) {
            starts = Arrays.copyOf(starts, regions * 2);
            ends = Arrays.copyOf(ends, regions * 2);
            samples = Arrays.copyOf(samples, regions * 2);
        }
        starts[regions] = start;
        ends[regions] = end;
        samples[regions++] = sampled;
    }

    /// Touches all that was accessed, snapshot after snapshot by their time.
    void touch(AccessSink sink, TraceBytes bytes, Reading reading) {
        int[] order =
                IntStream.range(0, count)
                        .boxed()
                        .sorted(Comparator.comparingLong(at -> times[at]))
                        .mapToInt(at -> at)
                        .toArray();
        Regions accessed = new Regions(sink, bytes, reading);
        for (int snapshot : order) {
            int end = snapshot + 1 < count ? firsts[snapshot + 1] : regions;
            accessed.time(times[snapshot]);
            for (int i = firsts[snapshot]; i < end; i++) {
                reading.record();
                accessed.add(starts[i], ends[i], samples[i], false);
            }
            accessed.end();
        }
    }
}
