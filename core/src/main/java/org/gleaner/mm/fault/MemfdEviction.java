package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.DIRTY;

import java.util.List;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.memcg.KernelMemory;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.swap.SwapArea;

/// The end of a memfd that nobody has open and nobody maps (`shmem_evict_inode`): its pages, its
/// slots and the nodes of its index are given back.
///
/// Reclaim may have its hands on any page meanwhile. Who has the folio lock decides what becomes of
/// the page; and an entry changes by compare-and-swap, so what reclaim has just moved to swap is
/// found there at the next look. A page that somebody holds forgets whose it was and is freed with
/// its last reference.
final class MemfdEviction {
    private final Folios folios;
    private final LruCache lru;
    private final SwapArea swap;
    private final UnusedSwapCache unused;
    private final FolioWait wait;
    private final KernelMemory kernelMemory;
    private final List<Memcg> memcgs;

    /// @param memcgs all, by id
    MemfdEviction(FaultContext host, UnusedSwapCache unused) {
        folios = host.folios();
        lru = host.lru();
        swap = host.swap();
        this.unused = unused;
        wait = host.folioWait();
        kernelMemory = host.kernelMemory();
        memcgs = host.memcgs();
    }

    void evict(Cpu cpu, Memfd memfd) {
        for (int index = 0; index < memfd.pages(); index++) {
            long entry = memfd.entry(cpu, index);
            while (entry != 0 && !drop(cpu, memfd, index, entry)) {
                entry = memfd.entry(cpu, index);
            }
        }
        for (int i = 0; i < memfd.nodes(); i++) {
            int payer = memfd.dropNode(cpu, i);
            if (payer >= 0) {
                kernelMemory.unchargeBytes(cpu, memcgs.get(payer), MemfdFault.INDEX_NODE_BYTES);
            }
        }
        memfd.evicted(cpu);
    }

    /// False if reclaim has changed the entry meanwhile.
    private boolean drop(Cpu cpu, Memfd memfd, int index, long entry) {
        cpu.charge(Cost.PTE_SCAN);
        if (Memfd.isSwap(entry)) {
            boolean mine = memfd.replace(cpu, index, entry, 0);
            if (mine) {
                unused.drop(cpu, swap.release(cpu, Memfd.slot(entry)));
            }
            return mine;
        }
        int pfn = Memfd.pfn(entry);
        if (!folios.tryGet(cpu, pfn)) {
            return false;
        }
        wait.lock(cpu, pfn);
        boolean mine = memfd.replace(cpu, index, entry, 0);
        if (mine) {
            folios.setMapping(pfn, 0, 0);
            folios.clear(cpu, pfn, DIRTY);
            folios.dropReference(cpu, pfn);
        }
        wait.unlock(cpu, pfn);
        lru.put(cpu, pfn);
        return mine;
    }
}
