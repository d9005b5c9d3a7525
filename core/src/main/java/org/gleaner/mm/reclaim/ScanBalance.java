package org.gleaner.mm.reclaim;

import static org.gleaner.mm.lru.LruList.*;

import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;

/// How many pages of each classic list to scan (`get_scan_count`): the list's size shifted by
/// priority, times the share of its type, which is what the other type's reclaim has cost. What
/// `memory.min` and `memory.low` protect counts as little as possible.
final class ScanBalance {
    private final Protected spared;

    /// @param spared what is protected
    ScanBalance(Protected spared) {
        this.spared = spared;
    }

    /// Fills `nr` by list. Anonymous lists get nothing without swap.
    void count(Memcg memcg, ScanControl sc, boolean canSwap, long[] nr) {
        Lruvec lruvec = memcg.lruvec();
        if (!canSwap || (sc.isMemcgReclaim() && sc.swappiness == 0)) {
            share(memcg, sc, 0, 1, 1, nr);
            return;
        }
        if (sc.swappiness == ScanControl.ANON_ONLY) {
            share(memcg, sc, 1, 0, 1, nr);
            return;
        }
        if (sc.priority == 0 && sc.swappiness != 0) {
            share(memcg, sc, 1, 1, 1, nr);
            return;
        }
        if (sc.fileIsTiny) {
            share(memcg, sc, 1, 0, 1, nr);
            return;
        }
        long inactiveFile = lruvec.size(INACTIVE_FILE) >> sc.priority;
        if (inactiveFile != 0 && !sc.mayDeactivate[1]) {
            share(memcg, sc, 0, 1, 1, nr);
            return;
        }
        long total = sc.anonCost + sc.fileCost;
        long anonCost = total + sc.anonCost;
        long fileCost = total + sc.fileCost;
        total = anonCost + fileCost;
        long anon = sc.swappiness * (total + 1) / (anonCost + 1);
        long file = (ScanControl.MAX_SWAPPINESS - sc.swappiness) * (total + 1) / (fileCost + 1);
        share(memcg, sc, anon, file, anon + file, nr);
    }

    private void share(Memcg memcg, ScanControl sc, long anon, long file, long of, long[] nr) {
        for (int list = 0; list < 4; list++) {
            long scan = spared.scanSize(memcg, sc, memcg.lruvec().size(list)) >> sc.priority;
            nr[list] = scan * (list < INACTIVE_FILE ? anon : file) / of;
        }
    }
}
