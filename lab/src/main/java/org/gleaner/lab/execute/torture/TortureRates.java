package org.gleaner.lab.execute.torture;

import java.util.Locale;
import org.gleaner.mm.stat.VmEvent;

/// How fast a round goes, from one look at it to the next.
final class TortureRates {
    private final TortureRound round;
    private long lookedAt = System.nanoTime();
    private long[] seen = new long[5];

    TortureRates(TortureRound round) {
        this.round = round;
    }

    String sinceLast() {
        long now = System.nanoTime();
        double seconds = Math.max(1e-3, (now - lookedAt) / 1e9);
        long[] next = {
            round.accesses().all(),
            round.count(VmEvent.PGFAULT),
            round.count(VmEvent.PSWPIN),
            round.agers().passes(),
            round.zapper().protects.sum()
                    + round.zapper().unmaps.sum()
                    + round.zapper().slotChanges.sum()
        };
        Object[] rates = new Object[next.length];
        for (int i = 0; i < next.length; i++) {
            rates[i] = Math.round((next[i] - seen[i]) / seconds);
        }
        lookedAt = now;
        seen = next;
        return String.format(
                Locale.ROOT,
                "%,d ops/s, %,d faults/s, %,d swap-ins/s, %,d agings/s, %,d changes/s",
                rates);
    }
}
