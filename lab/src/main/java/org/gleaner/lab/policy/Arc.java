package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// ARC, the adaptive replacement cache, by figure 4 of Megiddo and Modha (FAST 2003): pages seen
/// once (T1) and more often (T2), and as many again that were evicted from them (B1, B2), whose
/// return moves the share of T1.
final class Arc implements Replacement {

    private static final int T1 = 1;
    private static final int T2 = 2;
    private static final int B1 = 3;
    private static final int B2 = 4;

    private final int frames;
    private final PageLists lists;

    /// The paper's p: what T1 is meant to have. Not always whole, as there.
    private double target;

    private long misses;

    Arc(int pages, int frames) {
        this.frames = frames;
        lists = new PageLists(pages, B2);
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            switch (lists.of(page)) {
                case T1, T2 -> lists.toFront(page, T2);
                case B1 -> seenOnce(page);
                case B2 -> seenOften(page);
                default -> unknown(page);
            }
        }
    }

    private void seenOnce(int page) {
        misses++;
        double step = Math.max(1, (double) lists.size(B2) / lists.size(B1));
        target = Math.min(target + step, frames);
        replace(false);
        lists.toFront(page, T2);
    }

    private void seenOften(int page) {
        misses++;
        double step = Math.max(1, (double) lists.size(B1) / lists.size(B2));
        target = Math.max(target - step, 0);
        replace(true);
        lists.toFront(page, T2);
    }

    private void unknown(int page) {
        misses++;
        int once = lists.size(T1) + lists.size(B1);
        int all = once + lists.size(T2) + lists.size(B2);
        if (once == frames) {
            if (lists.size(T1) < frames) {
                lists.remove(lists.last(B1));
                replace(false);
            } else {
                lists.remove(lists.last(T1));
            }
        } else if (all >= frames) {
            if (all == 2 * frames) {
                lists.remove(lists.last(B2));
            }
            replace(false);
        }
        lists.toFront(page, T1);
    }

    private void replace(boolean forOften) {
        int once = lists.size(T1);
        if (once >= 1 && (once > target || forOften && once == target)) {
            lists.toFront(lists.last(T1), B1);
        } else {
            lists.toFront(lists.last(T2), B2);
        }
    }

    @Override
    public long misses() {
        return misses;
    }
}
