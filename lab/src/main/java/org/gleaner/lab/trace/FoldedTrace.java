package org.gleaner.lab.trace;

import java.util.BitSet;

/// A trace in larger pages: `2^order` of its pages, one after another and aligned, are one.
///
/// That is what larger pages are where [org.gleaner.lab.trace.page.Placement] keeps neighbours
/// together: within 2 MiB. What is farther apart may lie nearer to each other than it did, of which
/// only huge pages can tell.
public final class FoldedTrace extends Trace {

    /// Words that are folded at once; a multiple of 512.
    private static final int PIECE = 1 << 16;

    private final Trace trace;
    private final int order;

    private FoldedTrace(Trace trace, int order, int distinctPages, int regionPages) {
        super(
                trace.name(),
                trace.level(),
                trace.length(),
                distinctPages,
                regionPages,
                trace.pageBytes() << order);
        this.trace = trace;
        this.order = order;
        told((int) Math.ceilDiv(trace.leastPages(), 1L << order), trace.caveat());
    }

    /// Reads `trace` once, to count its pages.
    static FoldedTrace of(Trace trace, int order) {
        BitSet touched = new BitSet();
        try (Chunks chunks = trace.chunks()) {
            while (chunks.next()) {
                int[] words = chunks.words();
                for (int i = 0; i < chunks.count(); i++) {
                    touched.set(page(words[i]) >>> order);
                }
            }
        }
        return new FoldedTrace(trace, order, touched.cardinality(), touched.length());
    }

    @Override
    public int recordedPages() {
        return trace.recordedPages();
    }

    @Override
    public int recordedPageBytes() {
        return trace.recordedPageBytes();
    }

    @Override
    public boolean hasTimes() {
        return trace.hasTimes();
    }

    @Override
    public long dueNanos(long access) {
        return trace.dueNanos(access);
    }

    @Override
    public long heldBytes() {
        return trace.heldBytes();
    }

    @Override
    public int[] accesses() {
        int[] all = trace.accesses().clone();
        fold(all, all.length);
        return all;
    }

    private void fold(int[] words, int count) {
        for (int i = 0; i < count; i++) {
            words[i] = words[i] & 1 << 31 | page(words[i]) >>> order;
        }
    }

    @Override
    public Chunks chunks() {
        Chunks chunks = trace.chunks();
        return new Chunks() {
            private final int[] words = new int[PIECE];
            private int taken;
            private int count;

            @Override
            public boolean next() {
                if (taken == chunks.count()) {
                    if (!chunks.next()) {
                        return false;
                    }
                    taken = 0;
                }
                count = Math.min(PIECE, chunks.count() - taken);
                System.arraycopy(chunks.words(), taken, words, 0, count);
                fold(words, count);
                taken += count;
                return true;
            }

            @Override
            public int[] words() {
                return words;
            }

            @Override
            public int count() {
                return count;
            }

            @Override
            public void close() {
                chunks.close();
            }
        };
    }
}
