package org.gleaner.mm;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.fault.FolioWait;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.swap.SwapDevice;

/// What the interrupt of the swap disk does.
final class EndOfIo implements SwapDevice.Completion {
    private final Folios folios;
    private final LruCache lru;
    private final FolioWait folioWait;

    EndOfIo(Folios folios, LruCache lru, FolioWait folioWait) {
        this.folios = folios;
        this.lru = lru;
        this.folioWait = folioWait;
    }

    /// `folio_end_writeback`, for a large folio once its last page is written, which the device
    /// does last. Writeback keeps the folio in the swap cache and so alive; from its end on only
    /// our own reference does.
    @Override
    public void writeDone(Cpu cpu, int page) {
        long state = folios.peek(cpu, page);
        if ((state & (LARGE | TAIL)) != 0 && page % folios.hugePages != folios.hugePages - 1) {
            return;
        }
        int pfn = folios.folio(cpu, page);
        folios.get(cpu, pfn);
        long old = folios.update(cpu, pfn, WRITEBACK | AWAITED, 0);
        lru.lruvec(old).statChanged(cpu, folios.pages(old));
        if ((old & AWAITED) != 0) {
            lru.rotate(cpu, pfn);
        }
        folioWait.announce(cpu, pfn);
        lru.put(cpu, pfn);
    }

    /// `folio_end_read`: whoever waits for the page may have it.
    @Override
    public void readDone(Cpu cpu, int pfn) {
        folios.takeOver(cpu, pfn);
        folios.set(cpu, pfn, UPTODATE);
        folioWait.unlock(cpu, pfn);
    }

    /// Rotated folios wait in a batch, which holds on to them. Nothing else ever flushes the batch
    /// of the device's own CPU, as reclaim does that of a CPU that takes its interrupts.
    @Override
    public void idle(Cpu cpu) {
        lru.drain(cpu);
    }
}
