package org.gleaner.lab.trace.page;

import java.util.Arrays;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Size;

/// Where the pages of a trace lie in the region that a replay maps.
///
/// Pages keep the order and the neighbours that they have in the file, because look-around and huge
/// pages depend on them. Page numbers below 2^24 are kept as they are; otherwise the aligned blocks
/// of 512 pages (2 MiB) that occur are numbered anew in their order, space after space, and each
/// page keeps its place in its block. What has no neighbours, such as keys, lies in the order of
/// its first access.
public final class Placement {

    /// Page numbers below this are kept, so that a trace in first-touch order or of one small
    /// region is what it was.
    private static final long KEEP_BELOW = 1 << 24;

    /// Whole blocks are mapped, and their pages counted in an int.
    private static final int MOST = Integer.MAX_VALUE - 1024;

    /// Pages in the 2 MiB that one last-level table maps, as a shift.
    private static final int BLOCK_SHIFT = 9;

    private static final int IN_BLOCK = (1 << BLOCK_SHIFT) - 1;

    private Placement() {}

    /// The place of each id of `pages` in the region.
    ///
    /// @throws BadInput if there are too many blocks; without a place
    public static int[] of(Pages pages, boolean haveNeighbours) {
        int[] places = new int[pages.size()];
        if (!haveNeighbours) {
            Arrays.setAll(places, id -> id);
            return places;
        }
        if (isSmall(pages)) {
            Arrays.setAll(places, id -> (int) pages.page(id));
            return places;
        }
        Blocks blocks = new Blocks(pages);
        Arrays.setAll(places, blocks::place);
        return places;
    }

    private static boolean isSmall(Pages pages) {
        for (int id = 0; id < pages.size(); id++) {
            if (pages.space(id) != 0 || Long.compareUnsigned(pages.page(id), KEEP_BELOW) >= 0) {
                return false;
            }
        }
        return true;
    }

    /// The blocks that occur, in order.
    private static final class Blocks {
        private final Pages pages;

        /// Space by space: its blocks, sorted as if unsigned.
        private final long[][] bySpace;

        /// Blocks of the spaces before.
        private final int[] before;

        Blocks(Pages pages) {
            this.pages = pages;
            int spaces = 1;
            for (int id = 0; id < pages.size(); id++) {
                spaces = Math.max(spaces, pages.space(id) + 1);
            }
            bySpace = new long[spaces][];
            before = new int[spaces];
            int[] counts = new int[spaces];
            for (int id = 0; id < pages.size(); id++) {
                counts[pages.space(id)]++;
            }
            long all = 0;
            for (int space = 0; space < spaces; space++) {
                bySpace[space] = distinct(blocksOf(space, counts[space]));
                before[space] = (int) all;
                all += bySpace[space].length;
            }
            if (all << BLOCK_SHIFT > MOST) {
                throw new BadInput(
                        "",
                        "touches pages all over "
                                + Size.approximately((all << BLOCK_SHIFT) * Size.PAGE),
                        "replay a part of it");
            }
        }

        private long[] blocksOf(int space, int count) {
            long[] blocks = new long[count];
            int n = 0;
            for (int id = 0; id < pages.size(); id++) {
                if (pages.space(id) == space) {
                    blocks[n++] = pages.page(id) >>> BLOCK_SHIFT;
                }
            }
            return blocks;
        }

        private static long[] distinct(long[] blocks) {
            Arrays.sort(blocks);
            int n = 0;
            for (int i = 0; i < blocks.length; i++) {
                if (i == 0 || blocks[i] != blocks[n - 1]) {
                    blocks[n++] = blocks[i];
                }
            }
            return Arrays.copyOf(blocks, n);
        }

        int place(int id) {
            long page = pages.page(id);
            int space = pages.space(id);
            int block = before[space] + Arrays.binarySearch(bySpace[space], page >>> BLOCK_SHIFT);
            return block << BLOCK_SHIFT | (int) page & IN_BLOCK;
        }
    }
}
