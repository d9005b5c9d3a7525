package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.SwapArea;

/// Gets a folio's data to swap: slot and swap cache (`add_to_swap`, `shmem_writeout`), then the
/// device (`pageout`).
final class PageOut {
    /// Not written: something else refers to it, or there is no slot.
    static final int KEEP = 0;

    /// Not written and not worth trying soon.
    static final int ACTIVATE = 1;

    /// Written, or being written.
    static final int SUCCESS = 2;

    private final ReclaimContext host;
    private final Folios folios;
    private final SwapArea swap;

    PageOut(ReclaimContext host) {
        this.host = host;
        folios = host.folios();
        swap = host.swap();
    }

    /// Gives an anonymous folio a slot, or a large one a cluster of slots, and puts it into the
    /// swap cache; false if swap has none.
    boolean addToSwap(Cpu cpu, int pfn) {
        cpu.enter(KernelFunction.ADD_TO_SWAP);
        long state = folios.peek(cpu, pfn);
        int pages = folios.pages(state);
        int slot =
                pages == 1
                        ? swap.allocate(cpu, pfn, memcg(state))
                        : swap.allocateCluster(cpu, pfn, memcg(state));
        if (slot >= 0) {
            folios.setSwapSlot(pfn, slot);
            folios.get(cpu, pfn, pages);
            folios.set(cpu, pfn, SWAPCACHE | DIRTY);
            // swap cache, swap entries
            host.lru().lruvec(state).statsChanged(cpu, 2, pages);
        }
        cpu.exit();
        return slot >= 0;
    }

    /// Writes a dirty, locked, unmapped folio. Whoever holds a reference besides us and the cache
    /// may still change it, so then it is kept.
    int pageOut(Cpu cpu, int pfn) {
        long state = folios.state(cpu, pfn);
        if (refcount(state) != 1 + folios.pages(state)) {
            return KEEP;
        }
        cpu.enter(KernelFunction.PAGEOUT);
        int result = SUCCESS;
        if (!folios.test(cpu, pfn, SWAPCACHE) && !moveToSwapCache(cpu, pfn)) {
            result = ACTIVATE;
        } else {
            write(cpu, pfn);
        }
        cpu.exit();
        return result;
    }

    /// A memfd's page: its place in the page cache is taken by the swap entry, and the cache's
    /// reference moves to the swap cache.
    private boolean moveToSwapCache(Cpu cpu, int pfn) {
        long mapping = folios.mapping(pfn);
        RmapObject object = host.objects().get(Folios.mappingObject(mapping));
        if (!(object instanceof Memfd memfd)) {
            // its file is gone, and somebody still holds it
            return false;
        }
        Lruvec lruvec = host.lru().lruvec(folios.peek(cpu, pfn));
        int slot = swap.allocate(cpu, pfn, memcg(folios.peek(cpu, pfn)));
        if (slot < 0) {
            return false;
        }
        folios.setSwapSlot(pfn, slot);
        swap.duplicate(cpu, slot);
        folios.set(cpu, pfn, SWAPCACHE);
        // swap cache, swap entry, page cache, shared memory
        lruvec.statsChanged(cpu, 4, 1);
        boolean replaced =
                memfd.replace(
                        cpu, Folios.mappingIndex(mapping), Memfd.folio(pfn), Memfd.swap(slot));
        assert replaced : "page cache entry of a locked page changed";
        return true;
    }

    private void write(Cpu cpu, int pfn) {
        folios.update(cpu, pfn, DIRTY, AWAITED);
        boolean synchronous = swap.device().synchronous();
        if (!synchronous) {
            folios.set(cpu, pfn, WRITEBACK);
        }
        cpu.enter(KernelFunction.SWAP_WRITE);
        int pages = folios.pages(folios.peek(cpu, pfn));
        Lruvec lruvec = host.lru().lruvec(folios.peek(cpu, pfn));
        lruvec.swapIo(cpu, pages);
        // writeback begins
        lruvec.statChanged(cpu, pages);
        for (int i = 0; i < pages; i++) {
            swap.device().write(cpu, folios.swapSlot(pfn) + i, pfn + i);
        }
        cpu.exit();
        host.count(cpu, lruvec, VmEvent.PSWPOUT, pages);
        host.stat().add(cpu, VmEvent.NR_VMSCAN_WRITE, pages);
        if (pages > 1) {
            host.stat().inc(cpu, VmEvent.THP_SWPOUT);
        }
        if (synchronous) {
            lruvec.statChanged(cpu, pages);
            folios.clear(cpu, pfn, AWAITED);
        }
    }
}
