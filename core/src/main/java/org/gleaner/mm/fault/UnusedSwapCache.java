package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.swap.SwapArea;

/// Pages in the swap cache whose last swap entry or mapping has gone: nobody will find them by
/// their slot again (`free_swap_and_cache`). Whoever has such a page locked will free it instead.
final class UnusedSwapCache {
    private final Folios folios;
    private final LruCache lru;
    private final SwapArea swap;
    private final FolioWait wait;

    UnusedSwapCache(FaultContext host) {
        folios = host.folios();
        lru = host.lru();
        swap = host.swap();
        wait = host.folioWait();
    }

    /// Frees a page that [SwapArea#release] has left to its cache; nothing to do for -1. By now it
    /// may be another's.
    void drop(Cpu cpu, int pfn) {
        if (pfn < 0 || !folios.tryGet(cpu, pfn)) {
            return;
        }
        if ((folios.peek(cpu, pfn) & (SWAPCACHE | LARGE | TAIL)) == SWAPCACHE) {
            leaveSwapCache(cpu, pfn);
        }
        lru.put(cpu, pfn);
    }

    /// Takes a page that the caller has a reference of out of the swap cache, if no entry leads to
    /// it there.
    void leaveSwapCache(Cpu cpu, int pfn) {
        if (!folios.tryLock(cpu, pfn)) {
            return;
        }
        int slot = folios.swapSlot(pfn);
        boolean unused =
                folios.test(cpu, pfn, SWAPCACHE)
                        && !folios.test(cpu, pfn, WRITEBACK)
                        && swap.mappings(cpu, slot) == 0;
        if (unused) {
            folios.update(cpu, pfn, SWAPCACHE, DIRTY);
            swap.removeFromCache(cpu, slot, 0);
            if (mapcount(folios.peek(cpu, pfn)) == 0) {
                folios.setMapping(pfn, 0, 0);
            }
            folios.dropReference(cpu, pfn);
        }
        wait.unlock(cpu, pfn);
    }
}
