package org.gleaner.lab.trace;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.gleaner.machine.SplitMix64;

/// A trace gone through again and again, from one of its accesses on, as by a machine that has been
/// at it for long.
///
/// Immutable; any number of [Cursor]s go through it at once.
public final class TraceLap {

    private final Trace trace;
    private final long start;
    private final int[] oldestFirst;

    /// Reads `trace` once.
    ///
    /// @param start the first access, 0 to the trace's length less 1
    public TraceLap(Trace trace, long start) {
        if (start < 0 || start >= trace.length()) {
            throw new IllegalArgumentException(start + " of " + trace.length() + " accesses");
        }
        this.trace = trace;
        this.start = start;
        oldestFirst = oldestFirst(trace, start);
    }

    /// From a place that hangs on a seed, and on which of its VMs it is for.
    public static TraceLap bySeed(Trace trace, long seed, int index) {
        SplittableRandom random = new SplittableRandom(seed * SplitMix64.GOLDEN + index);
        long start = random.nextLong(trace.length());
        return new TraceLap(trace, start);
    }

    public Trace trace() {
        return trace;
    }

    /// The access that comes first.
    public long start() {
        return start;
    }

    /// The pages that the trace touches, each once, in the order in which a lap that ends where
    /// this one begins touched them last. The array is its own: do not change it.
    public int[] oldestFirst() {
        return oldestFirst;
    }

    private static int[] oldestFirst(Trace trace, long start) {
        long[] last = new long[trace.regionPages()];
        Arrays.fill(last, -1);
        long at = 0;
        try (Trace.Chunks chunks = trace.chunks()) {
            while (chunks.next()) {
                int[] words = chunks.words();
                for (int i = 0; i < chunks.count(); i++, at++) {
                    int page = Trace.page(words[i]);
                    long inLap = at - start + (at < start ? trace.length() : 0);
                    last[page] = Math.max(last[page], inLap);
                }
            }
        }
        long[] touched = new long[trace.distinctPages()];
        int count = 0;
        int bits = Long.SIZE - Long.numberOfLeadingZeros(trace.regionPages());
        for (int page = 0; page < last.length; page++) {
            if (last[page] >= 0) {
                touched[count++] = last[page] << bits | page;
            }
        }
        Arrays.sort(touched, 0, count);
        int[] pages = new int[count];
        for (int i = 0; i < count; i++) {
            pages[i] = (int) (touched[i] & (1L << bits) - 1);
        }
        return pages;
    }

    /// A cursor at the start.
    public Cursor cursor() {
        return new Cursor();
    }

    /// Where somebody is in it. Never at an end.
    public final class Cursor implements AutoCloseable {

        private Trace.Chunks chunks = trace.chunks();
        private int from;

        private Cursor() {
            long skip = start;
            chunks.next();
            while (skip >= chunks.count()) {
                skip -= chunks.count();
                chunks.next();
            }
            from = (int) skip;
        }

        /// The words that the next accesses lie in. They are the trace's own: do not change them.
        public int[] words() {
            return chunks.words();
        }

        /// Where they begin in [#words].
        public int from() {
            return from;
        }

        /// How many lie there, 1 and up.
        public int count() {
            return chunks.count() - from;
        }

        /// Goes on by so many accesses, at most [#count].
        public void advance(int accesses) {
            from += accesses;
            if (from < chunks.count()) {
                return;
            }
            from = 0;
            if (!chunks.next()) {
                chunks.close();
                chunks = trace.chunks();
                chunks.next();
            }
        }

        @Override
        public void close() {
            chunks.close();
        }
    }
}
