package org.gleaner.lab.policy;

import org.gleaner.lab.trace.Trace;

/// LRU: the page that was not used for longest goes.
///
/// The list is a ring of frames, most recently used first, so that its end is the frame before its
/// head: a miss gives that frame its page and makes it the head, and moves nothing. Frames that
/// were never used hold a page that does not occur, and are at the end.
final class LeastRecentlyUsed implements Replacement {

    /// The frame of each page, 1 and up; 0 of a page that is absent.
    private final int[] frameOf;

    private final int[] pageIn;
    private final int[] next;
    private final int[] previous;
    private int head = 1;
    private long misses;

    LeastRecentlyUsed(int pages, int frames) {
        frameOf = new int[pages + 1];
        pageIn = new int[frames + 1];
        next = new int[frames + 1];
        previous = new int[frames + 1];
        for (int frame = 1; frame <= frames; frame++) {
            pageIn[frame] = pages;
            next[frame] = frame % frames + 1;
            previous[next[frame]] = frame;
        }
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        int first = head;
        long absent = 0;
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            int frame = frameOf[page];
            if (frame == first) {
                continue;
            }
            if (frame != 0) {
                toFront(frame, first);
                first = frame;
            } else {
                absent++;
                first = previous[first];
                frameOf[pageIn[first]] = 0;
                pageIn[first] = page;
                frameOf[page] = first;
            }
        }
        head = first;
        misses += absent;
    }

    private void toFront(int frame, int first) {
        int last = previous[first];
        if (frame != last) {
            int before = previous[frame];
            int after = next[frame];
            next[before] = after;
            previous[after] = before;
            next[last] = frame;
            previous[frame] = last;
            next[frame] = first;
            previous[first] = frame;
        }
    }

    @Override
    public long misses() {
        return misses;
    }
}
