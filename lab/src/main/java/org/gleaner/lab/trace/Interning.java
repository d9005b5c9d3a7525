package org.gleaner.lab.trace;

import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Size;

/// Turns the words of a file into a [Trace]: counts pages, and closes the gaps between far-apart
/// regions.
///
/// Three passes over the words at most, none of which allocates per access.
final class Interning {

    /// Page numbers below this are kept, so that a trace in first-touch order or of one small
    /// region is what it was.
    private static final int KEEP_BELOW = 1 << 24;

    /// Whole blocks are mapped, and their pages counted in an int.
    private static final int MOST = Integer.MAX_VALUE - 1024;

    /// Pages in the 2 MiB that one last-level table maps, as a shift.
    private static final int BLOCK_SHIFT = 9;

    private Interning() {}

    /// Takes over `words`, which it may change.
    ///
    /// @throws BadInput if nearly every block of 8 TiB occurs
    static Trace intern(String name, int[] words) {
        int highest = 0;
        int writes = 0;
        for (int word : words) {
            highest = Math.max(highest, Trace.page(word));
            writes += word >>> 31;
        }
        if (highest >= KEEP_BELOW) {
            highest = closeGaps(words, highest);
        }
        if (highest > MOST) {
            throw new BadInput(
                    name,
                    "touches pages all over " + Size.approximately((long) highest * Size.PAGE),
                    "replay a part of it");
        }
        return new Trace(name, words, distinct(words, highest), highest + 1, writes);
    }

    /// Numbers the blocks that occur in their order, renames every access, and gives the new
    /// highest page.
    private static int closeGaps(int[] words, int highest) {
        long[] seen = new long[(highest >> BLOCK_SHIFT >> 6) + 1];
        for (int word : words) {
            int block = Trace.page(word) >> BLOCK_SHIFT;
            seen[block >> 6] |= 1L << block;
        }
        int[] before = new int[seen.length];
        for (int i = 1; i < seen.length; i++) {
            before[i] = before[i - 1] + Long.bitCount(seen[i - 1]);
        }
        int newHighest = 0;
        for (int i = 0; i < words.length; i++) {
            int page = Trace.page(words[i]);
            int block = page >> BLOCK_SHIFT;
            int lower = Long.bitCount(seen[block >> 6] & (1L << block) - 1);
            int inBlock = page & (1 << BLOCK_SHIFT) - 1;
            int newPage = before[block >> 6] + lower << BLOCK_SHIFT | inBlock;
            newHighest = Math.max(newHighest, newPage);
            words[i] = words[i] & 1 << 31 | newPage;
        }
        return newHighest;
    }

    private static int distinct(int[] words, int highest) {
        long[] seen = new long[(highest >> 6) + 1];
        for (int word : words) {
            int page = Trace.page(word);
            seen[page >> 6] |= 1L << page;
        }
        int pages = 0;
        for (long bits : seen) {
            pages += Long.bitCount(bits);
        }
        return pages;
    }
}
