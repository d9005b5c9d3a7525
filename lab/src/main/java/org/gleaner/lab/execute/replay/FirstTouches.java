package org.gleaner.lab.execute.replay;

import java.util.BitSet;
import org.gleaner.lab.trace.Trace;

/// A trace with every page's first access made a write: a read of untouched memory would map the
/// zero page. Once all pages were touched the trace's own words are handed on.
public final class FirstTouches implements AutoCloseable {

    /// Words that are copied at once; a multiple of what the replay does between two looks at
    /// statistics.
    private static final int PIECE = 1 << 16;

    private final Trace.Chunks chunks;
    private final BitSet seen;
    private final int[] copy = new int[PIECE];
    private int unseen;
    private int[] words = copy;
    private int from;
    private int count;

    /// Words of the chunk that were handed on.
    private int taken;

    public FirstTouches(Trace trace) {
        chunks = trace.chunks();
        seen = new BitSet(trace.regionPages());
        unseen = trace.distinctPages();
    }

    /// Goes on to the next words.
    ///
    /// @return false at the end of the trace
    public boolean next() {
        if (taken == chunks.count()) {
            if (!chunks.next()) {
                return false;
            }
            taken = 0;
        }
        int left = chunks.count() - taken;
        if (unseen == 0) {
            words = chunks.words();
            from = taken;
            count = left;
        } else {
            words = copy;
            from = 0;
            count = Math.min(PIECE, left);
            System.arraycopy(chunks.words(), taken, copy, 0, count);
            mark();
        }
        taken += count;
        return true;
    }

    private void mark() {
        for (int i = 0; i < count; i++) {
            int page = Trace.page(copy[i]);
            if (!seen.get(page)) {
                seen.set(page);
                copy[i] |= 1 << 31;
                unseen--;
            }
        }
    }

    /// The words that the next ones lie in.
    public int[] words() {
        return words;
    }

    /// Where they begin in [#words].
    public int from() {
        return from;
    }

    /// How many they are.
    public int count() {
        return count;
    }

    @Override
    public void close() {
        chunks.close();
    }
}
