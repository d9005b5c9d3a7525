package org.gleaner.lab.trace.profile;

import java.util.Arrays;

/// Distinct pages in each interval, exactly, also after intervals became longer.
///
/// A page is counted in an interval at its first access there. It is counted by how many intervals
/// ago it was seen before, so that when two intervals become one, those that were seen in both are
/// counted once.
final class WorkingSets implements Intervals.Halved {

    private static final int MOST = Intervals.MOST;
    private static final int NEVER = -1;

    /// By interval, and intervals since the access before; 0 for pages that are new.
    private final long[][] firsts = new long[MOST][MOST];

    private int[] lastSeen = new int[1 << 10];
    private int known;

    WorkingSets() {
        Arrays.fill(lastSeen, NEVER);
    }

    void touch(int id, int interval) {
        if (id >= lastSeen.length) {
            int before = lastSeen.length;
            lastSeen = Arrays.copyOf(lastSeen, Math.max(id + 1, before * 2));
            Arrays.fill(lastSeen, before, lastSeen.length, NEVER);
        }
        known = Math.max(known, id + 1);
        int last = lastSeen[id];
        if (last != interval) {
            lastSeen[id] = interval;
            firsts[interval][last == NEVER ? 0 : interval - last]++;
        }
    }

    @Override
    public void halve() {
        for (int id = 0; id < known; id++) {
            lastSeen[id] >>= 1;
        }
        for (int to = 0; to < MOST; to++) {
            long[] merged = new long[MOST];
            for (int half = 0; half < 2 && to < MOST / 2; half++) {
                int from = 2 * to + half;
                merged[0] += firsts[from][0];
                for (int ago = 1; ago <= from; ago++) {
                    int agoNow = to - (from - ago >> 1);
                    if (agoNow > 0) {
                        merged[agoNow] += firsts[from][ago];
                    }
                }
            }
            firsts[to] = merged;
        }
    }

    /// Pages of the first `count` intervals.
    long[] pages(int count) {
        long[] pages = new long[count];
        for (int i = 0; i < count; i++) {
            pages[i] = Arrays.stream(firsts[i]).sum();
        }
        return pages;
    }
}
