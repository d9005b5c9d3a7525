package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// SIEVE by algorithm 1 of Zhang and others (NSDI 2024): a queue in which pages keep their places,
/// and a hand that goes from its end to its head, takes the visited bit of each page that has one,
/// and evicts the first that has none.
final class Sieve implements Replacement {

    private static final int QUEUE = 1;

    private final int frames;
    private final PageLists queue;
    private final boolean[] visited;

    /// Where to look next; less than 0 for the end of the queue.
    private int hand = -1;

    private long misses;

    Sieve(int pages, int frames) {
        this.frames = frames;
        queue = new PageLists(pages, QUEUE);
        visited = new boolean[pages];
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            if (queue.of(page) == QUEUE) {
                visited[page] = true;
                continue;
            }
            misses++;
            if (queue.size(QUEUE) == frames) {
                evict();
            }
            queue.toFront(page, QUEUE);
        }
    }

    private void evict() {
        int at = hand < 0 ? queue.last(QUEUE) : hand;
        while (visited[at]) {
            visited[at] = false;
            int before = queue.before(at);
            at = before < 0 ? queue.last(QUEUE) : before;
        }
        hand = queue.before(at);
        queue.remove(at);
    }

    @Override
    public long misses() {
        return misses;
    }
}
