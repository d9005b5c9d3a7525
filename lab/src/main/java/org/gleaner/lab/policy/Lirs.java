package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// LIRS by Jiang and Zhang (SIGMETRICS 2002): pages of low inter-reference recency (LIR) stay, the
/// others (HIR) pass through one frame in a hundred. A HIR page that comes back while it is still
/// on the recency stack trades places with the LIR page at the stack's bottom.
///
/// The stack remembers absent pages for as long as they are above its bottom, as in the paper: they
/// are not limited in number. HIR pages have one frame at least, so that a memory of one frame has
/// no others.
final class Lirs implements Replacement {

    private static final int STACK = 1;
    private static final int QUEUE = 1;
    private static final int SHARE = 100;

    private final int queueFrames;
    private final int lirFrames;

    /// LIR pages, and HIR pages present or not, the most recent first; its last is LIR.
    private final PageLists stack;

    /// HIR pages that are present; the last goes next.
    private final PageLists queue;

    private final boolean[] low;
    private int lows;
    private long misses;

    Lirs(int pages, int frames) {
        queueFrames = Math.max(1, frames / SHARE);
        lirFrames = frames - queueFrames;
        stack = new PageLists(pages, STACK);
        queue = new PageLists(pages, QUEUE);
        low = new boolean[pages];
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            if (low[page]) {
                stack.toFront(page, STACK);
                prune();
                continue;
            }
            if (queue.of(page) != QUEUE) {
                misses++;
                if (lows < lirFrames) {
                    low[page] = true;
                    lows++;
                    stack.toFront(page, STACK);
                    continue;
                }
                makeRoom();
            }
            touchHigh(page);
        }
    }

    private void makeRoom() {
        if (queue.size(QUEUE) == queueFrames) {
            queue.remove(queue.last(QUEUE));
        }
    }

    private void touchHigh(int page) {
        if (stack.of(page) == STACK) {
            queue.remove(page);
            low[page] = true;
            stack.toFront(page, STACK);
            int bottom = stack.last(STACK);
            low[bottom] = false;
            queue.toFront(bottom, QUEUE);
        } else {
            queue.toFront(page, QUEUE);
            stack.toFront(page, STACK);
        }
        prune();
    }

    /// Takes HIR pages off the bottom: their recency is worse than any LIR page's.
    private void prune() {
        while (stack.size(STACK) > 0 && !low[stack.last(STACK)]) {
            stack.remove(stack.last(STACK));
        }
    }

    @Override
    public long misses() {
        return misses;
    }
}
