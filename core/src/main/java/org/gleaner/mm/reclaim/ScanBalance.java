package org.gleaner.mm.reclaim;

import static org.gleaner.mm.lru.LruList.*;

import org.gleaner.mm.lru.Lruvec;

/// How many pages of each classic list to scan (`get_scan_count`): the list's size shifted by priority,
/// times the share of its type, which is what the other type's reclaim has cost.
final class ScanBalance {
    private static final int MAX_SWAPPINESS = 200;

    /// Fills `nr` by list. Anonymous lists get nothing without swap.
    void count(Lruvec lruvec, ScanControl sc, boolean canSwap, long[] nr) {
        if (!canSwap || (sc.isMemcgReclaim() && sc.swappiness == 0)) {
            share(lruvec, sc, 0, 1, 1, nr);
            return;
        }
        if (sc.priority == 0 && sc.swappiness != 0) {
            share(lruvec, sc, 1, 1, 1, nr);
            return;
        }
        long inactiveFile = lruvec.size(INACTIVE_FILE) >> sc.priority;
        if (inactiveFile != 0 && !sc.mayDeactivate[1]) {
            share(lruvec, sc, 0, 1, 1, nr);
            return;
        }
        long total = lruvec.cost().anon() + lruvec.cost().file();
        long anonCost = total + lruvec.cost().anon();
        long fileCost = total + lruvec.cost().file();
        total = anonCost + fileCost;
        long anon = sc.swappiness * (total + 1) / (anonCost + 1);
        long file = (MAX_SWAPPINESS - sc.swappiness) * (total + 1) / (fileCost + 1);
        share(lruvec, sc, anon, file, anon + file, nr);
    }

    private static void share(
            Lruvec lruvec, ScanControl sc, long anon, long file, long of, long[] nr) {
        for (int list = 0; list < 4; list++) {
            long scan = lruvec.size(list) >> sc.priority;
            nr[list] = scan * (list < INACTIVE_FILE ? anon : file) / of;
        }
    }
}
