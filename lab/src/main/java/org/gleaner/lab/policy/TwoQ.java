package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// 2Q, the full version of Johnson and Shasha (VLDB 1994): newcomers pass a FIFO queue (A1in);
/// those that left it and come back while they are remembered (A1out) go to an LRU list (Am).
///
/// A1in is meant to have a quarter of the frames and A1out to remember half as many pages as there
/// are frames, both rounded down but one at least.
final class TwoQ implements Replacement {

    private static final int IN = 1;
    private static final int OUT = 2;
    private static final int MAIN = 3;

    private final int frames;
    private final int in;
    private final int out;
    private final PageLists lists;
    private long misses;

    TwoQ(int pages, int frames) {
        this.frames = frames;
        in = Math.max(1, frames / 4);
        out = Math.max(1, frames / 2);
        lists = new PageLists(pages, MAIN);
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            switch (lists.of(page)) {
                case MAIN -> lists.toFront(page, MAIN);
                case IN -> {}
                case OUT -> {
                    misses++;
                    makeRoom();
                    lists.toFront(page, MAIN);
                }
                default -> {
                    misses++;
                    makeRoom();
                    lists.toFront(page, IN);
                }
            }
        }
    }

    private void makeRoom() {
        if (lists.size(IN) + lists.size(MAIN) < frames) {
            return;
        }
        if (lists.size(IN) > in || lists.size(MAIN) == 0) {
            lists.toFront(lists.last(IN), OUT);
            if (lists.size(OUT) > out) {
                lists.remove(lists.last(OUT));
            }
        } else {
            lists.remove(lists.last(MAIN));
        }
    }

    @Override
    public long misses() {
        return misses;
    }
}
