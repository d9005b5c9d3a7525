package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.LRU;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.Lruvec;

/// Puts folios that survived reclaim back on lists (`move_folios_to_lru`), oldest first, so that
/// the oldest ends nearest to the tail.
final class Putback {
    private final ReclaimContext host;
    private final Folios folios;

    Putback(ReclaimContext host) {
        this.host = host;
        folios = host.folios();
    }

    /// Under lru_lock.
    void toLists(Cpu cpu, Lruvec lruvec, FolioQueue queue) {
        for (int i = 0; i < queue.size(); i++) {
            int pfn = queue.get(i);
            lruvec.add(cpu, pfn);
            folios.set(cpu, pfn, LRU);
        }
    }

    /// Drops the references of isolation; without lru_lock, for the last one frees.
    void release(Cpu cpu, FolioQueue queue) {
        for (int i = 0; i < queue.size(); i++) {
            host.lru().put(cpu, queue.get(i));
        }
    }
}
