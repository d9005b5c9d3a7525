package org.gleaner.lab.policy;

import java.util.Arrays;
import org.gleaner.lab.trace.Trace;

/// CLOCK-Pro by Jiang, Chen and Zhang (USENIX 2005): one clock with hot pages, cold pages, and cold
/// pages that have gone but are still in their test period, and three hands that go the same way. A
/// cold page that is used again in its test period becomes hot.
///
/// The newest place is behind the hot hand. How many frames are for cold pages adapts: one more for
/// each use in a test period, one less for each test period that ends without one.
///
/// What the paper leaves open: the cold pages' share begins at a hundredth of the frames, one at
/// least, and leaves the hot ones a frame if there are two; newcomers are cold while memory fills;
/// a cold page that is used after its test period begins another.
final class ClockPro implements Replacement {

    private static final int SHARE = 100;
    private static final int NOBODY = -1;

    private static final byte ABSENT = 0;
    private static final byte HOT = 1;
    private static final byte COLD = 2;

    /// Not in memory, and in its test period.
    private static final byte GONE = 3;

    private final int frames;
    private final byte[] state;
    private final boolean[] referenced;

    /// Of a [#COLD] page.
    private final boolean[] tested;

    private final int[] next;
    private final int[] previous;

    private int hotHand = NOBODY;
    private int coldHand = NOBODY;
    private int testHand = NOBODY;

    private int resident;
    private int hot;
    private int gone;
    private int forCold;
    private long misses;

    ClockPro(int pages, int frames) {
        this.frames = frames;
        forCold = Math.max(1, frames / SHARE);
        state = new byte[pages];
        referenced = new boolean[pages];
        tested = new boolean[pages];
        next = new int[pages];
        previous = new int[pages];
        Arrays.fill(next, NOBODY);
    }

    @Override
    public void run(int[] accesses, int from, int to) {
        for (int i = from; i < to; i++) {
            int page = Trace.page(accesses[i]);
            if (state[page] == HOT || state[page] == COLD) {
                referenced[page] = true;
            } else {
                misses++;
                bringIn(page);
            }
        }
    }

    @Override
    public long misses() {
        return misses;
    }

    private void bringIn(int page) {
        if (resident == frames) {
            moveColdHand();
        }
        // The hands may have ended its test period meanwhile.
        boolean again = state[page] == GONE;
        if (again) {
            remove(page);
            gone--;
        }
        resident++;
        insert(page, COLD);
        tested[page] = true;
        if (again) {
            promote(page);
        }
    }

    /// A cold page was used in its test period.
    private void promote(int page) {
        forCold = Math.min(forCold + 1, Math.max(1, frames - 1));
        state[page] = HOT;
        tested[page] = false;
        hot++;
        while (hot > frames - forCold) {
            moveHotHand();
        }
    }

    /// Frees a frame.
    private void moveColdHand() {
        while (true) {
            while (state[coldHand] != COLD) {
                coldHand = next[coldHand];
            }
            int page = coldHand;
            if (!referenced[page]) {
                evict(page);
                return;
            }
            referenced[page] = false;
            remove(page);
            insert(page, COLD);
            if (tested[page]) {
                promote(page);
            } else {
                tested[page] = true;
            }
        }
    }

    private void evict(int page) {
        resident--;
        if (!tested[page]) {
            remove(page);
            state[page] = ABSENT;
            return;
        }
        coldHand = next[page];
        state[page] = GONE;
        gone++;
        while (gone > frames) {
            moveTestHand();
        }
    }

    /// Makes a hot page cold, and ends the test periods that it passes.
    private void moveHotHand() {
        boolean done = false;
        while (hot > 0 && !(done && state[hotHand] == HOT)) {
            int page = hotHand;
            hotHand = next[page];
            if (state[page] != HOT) {
                endTest(page);
            } else if (referenced[page]) {
                referenced[page] = false;
            } else {
                state[page] = COLD;
                hot--;
                done = true;
            }
        }
    }

    /// Ends one test period.
    private void moveTestHand() {
        while (state[testHand] == HOT || state[testHand] == COLD && !tested[testHand]) {
            testHand = next[testHand];
        }
        int page = testHand;
        testHand = next[page];
        endTest(page);
    }

    private void endTest(int page) {
        if (state[page] == GONE) {
            gone--;
            remove(page);
            state[page] = ABSENT;
        } else if (!tested[page]) {
            return;
        }
        tested[page] = false;
        forCold = Math.max(1, forCold - 1);
    }

    /// Puts a page into the newest place.
    private void insert(int page, byte as) {
        state[page] = as;
        if (hotHand == NOBODY) {
            next[page] = page;
            previous[page] = page;
            hotHand = page;
            coldHand = page;
            testHand = page;
            return;
        }
        int before = previous[hotHand];
        next[before] = page;
        previous[page] = before;
        next[page] = hotHand;
        previous[hotHand] = page;
    }

    /// Takes a page out of the clock; hands on it go on.
    private void remove(int page) {
        int after = next[page] == page ? NOBODY : next[page];
        hotHand = hotHand == page ? after : hotHand;
        coldHand = coldHand == page ? after : coldHand;
        testHand = testHand == page ? after : testHand;
        next[previous[page]] = next[page];
        previous[next[page]] = previous[page];
    }
}
