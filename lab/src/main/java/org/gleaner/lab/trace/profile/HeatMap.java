package org.gleaner.lab.trace.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.trace.page.Pages;

/// Accesses by where and when: blocks of neighbouring pages by intervals. A block has 512 pages, or
/// twice as many as often as there would be too many blocks.
final class HeatMap implements Intervals.Halved {

    private static final int MOST_BLOCKS = 1 << 11;
    private static final int FIRST_SHIFT = 9;

    /// Neighbouring pages: those of one space whose numbers differ below the shift.
    private record Block(int space, long number) implements Comparable<Block> {
        @Override
        public int compareTo(Block o) {
            int bySpace = Integer.compare(space, o.space);
            return bySpace != 0 ? bySpace : Long.compareUnsigned(number, o.number);
        }
    }

    private final Pages pages;
    private final Map<Block, Integer> index = new HashMap<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<long[]> counts = new ArrayList<>();
    private int[] blockOf = new int[1 << 10];
    private int known;
    private int shift = FIRST_SHIFT;

    HeatMap(Pages pages) {
        this.pages = pages;
    }

    void touch(int id, int interval) {
        if (id >= known) {
            learn(id);
        }
        counts.get(blockOf[id])[interval]++;
    }

    private void learn(int id) {
        if (id >= blockOf.length) {
            blockOf = Arrays.copyOf(blockOf, Math.max(id + 1, blockOf.length * 2));
        }
        known = id + 1;
        blockOf[id] = indexOf(new Block(pages.space(id), pages.page(id) >>> shift));
        while (blocks.size() > MOST_BLOCKS && shift < Long.SIZE - 1) {
            coarsen();
        }
    }

    private int indexOf(Block block) {
        Integer found = index.get(block);
        if (found != null) {
            return found;
        }
        int added = blocks.size();
        index.put(block, added);
        blocks.add(block);
        counts.add(new long[Intervals.MOST]);
        return added;
    }

    /// Makes every two blocks one.
    private void coarsen() {
        List<Block> fine = List.copyOf(blocks);
        List<long[]> fineCounts = List.copyOf(counts);
        blocks.clear();
        counts.clear();
        index.clear();
        shift++;
        int[] moved = new int[fine.size()];
        for (int i = 0; i < moved.length; i++) {
            Block block = fine.get(i);
            moved[i] = indexOf(new Block(block.space, block.number >>> 1));
            long[] sum = counts.get(moved[i]);
            long[] more = fineCounts.get(i);
            Arrays.setAll(sum, interval -> sum[interval] + more[interval]);
        }
        for (int id = 0; id < known; id++) {
            blockOf[id] = moved[blockOf[id]];
        }
    }

    @Override
    public void halve() {
        for (long[] row : counts) {
            for (int i = 0; i < row.length; i++) {
                row[i] = i < row.length / 2 ? row[2 * i] + row[2 * i + 1] : 0;
            }
        }
    }

    /// The blocks in their order, as `most` rows or fewer of about as many blocks each; a row has
    /// blocks of one space.
    ///
    /// @param intervals that there are
    List<Profile.Heat> rows(int most, int intervals) {
        Integer[] order = new Integer[blocks.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> blocks.get(a).compareTo(blocks.get(b)));
        long[] pagesIn = new long[blocks.size()];
        for (int id = 0; id < known; id++) {
            pagesIn[blockOf[id]]++;
        }
        int inRow = Math.ceilDiv(Math.max(1, order.length), most);
        List<Profile.Heat> rows = new ArrayList<>();
        for (int from = 0; from < order.length; ) {
            int to = from;
            long touched = 0;
            long[] accesses = new long[intervals];
            Block first = blocks.get(order[from]);
            while (to < order.length
                    && to - from < inRow
                    && blocks.get(order[to]).space == first.space) {
                long[] more = counts.get(order[to]);
                Arrays.setAll(accesses, i -> accesses[i] + more[i]);
                touched += pagesIn[order[to++]];
            }
            long last = blocks.get(order[to - 1]).number;
            rows.add(
                    new Profile.Heat(
                            first.space,
                            first.number << shift,
                            (last << shift) + (1L << shift) - 1,
                            touched,
                            accesses));
            from = to;
        }
        return rows;
    }
}
