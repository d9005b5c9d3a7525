package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// CAR, Clock with adaptive replacement, by figure 2 of Bansal and Modha (FAST 2004): ARC whose two
/// lists of residents are clocks, so that a hit only sets a bit.
final class Car implements Replacement {

    private static final int T1 = 1;
    private static final int T2 = 2;
    private static final int B1 = 3;
    private static final int B2 = 4;

    private final int frames;
    private final PageLists lists;
    private final boolean[] referenced;

    /// The paper's p: what T1 is meant to have.
    private double target;

    private long misses;

    Car(int pages, int frames) {
        this.frames = frames;
        lists = new PageLists(pages, B2);
        referenced = new boolean[pages];
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            switch (lists.of(page)) {
                case T1, T2 -> referenced[page] = true;
                case B1, B2 -> known(page);
                default -> unknown(page);
            }
        }
    }

    private void known(int page) {
        misses++;
        boolean once = lists.of(page) == B1;
        if (lists.size(T1) + lists.size(T2) == frames) {
            replace();
        }
        double ones = lists.size(B1);
        double others = lists.size(B2);
        target =
                once
                        ? Math.min(target + Math.max(1, others / ones), frames)
                        : Math.max(target - Math.max(1, ones / others), 0);
        lists.toFront(page, T2);
    }

    private void unknown(int page) {
        misses++;
        if (lists.size(T1) + lists.size(T2) == frames) {
            replace();
            int once = lists.size(T1) + lists.size(B1);
            if (once == frames) {
                lists.remove(lists.last(B1));
            } else if (once + lists.size(T2) + lists.size(B2) == 2 * frames) {
                lists.remove(lists.last(B2));
            }
        }
        lists.toFront(page, T1);
    }

    private void replace() {
        for (; ; ) {
            boolean once = lists.size(T1) >= Math.max(1, target);
            int oldest = lists.last(once ? T1 : T2);
            if (!referenced[oldest]) {
                lists.toFront(oldest, once ? B1 : B2);
                return;
            }
            referenced[oldest] = false;
            lists.toFront(oldest, T2);
        }
    }

    @Override
    public long misses() {
        return misses;
    }
}
