package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.DIRTY;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.mm.space.RmapWalk;
import org.gleaner.pagetable.Walk;

/// Makes pages of a file clean before they are written back, so that the file is told of the next
/// write (`folio_mkclean`, `folio_clear_dirty_for_io`): every entry that shows the page becomes
/// read-only and clean, and secondary MMUs are told before and after.
public final class FileClean {
    private final PteFormat format;
    private static final long CHANGED = PteFormat.WRITABLE | PteFormat.DIRTY;

    private final Folios folios;
    private final LruCache lru;
    private final FolioWait wait;
    private final RmapObjects objects;

    FileClean(FaultContext host) {
        format = host.format();
        folios = host.folios();
        lru = host.lru();
        wait = host.folioWait();
        objects = host.objects();
    }

    /// Cleans page `index` of a file. Returns whether it was dirty, and is to be written.
    public boolean clean(Cpu cpu, Memfd file, long index) {
        long entry = file.entry(cpu, index);
        if (!Memfd.isFolio(entry) || !folios.tryGet(cpu, Memfd.pfn(entry))) {
            return false;
        }
        int pfn = Memfd.pfn(entry);
        wait.lock(cpu, pfn);
        boolean dirty = false;
        if (file.entry(cpu, index) == entry) {
            boolean written = cleanEntries(cpu, pfn);
            dirty = folios.testAndClear(cpu, pfn, DIRTY) || written;
        }
        wait.unlock(cpu, pfn);
        lru.put(cpu, pfn);
        return dirty;
    }

    private boolean cleanEntries(Cpu cpu, int pfn) {
        RmapWalk walk = new RmapWalk(objects);
        walk.start(folios.mapping(pfn));
        boolean written = false;
        walk.enter(cpu);
        while (walk.next()) {
            MmuNotifierSubscriptions notifiers = walk.mm().notifiers();
            long vpn = walk.vpn();
            notifiers.invalidateRangeStart(
                    cpu, vpn, vpn + 1, true, InvalidationEvent.PROTECTION_PAGE);
            if (walk.lock(cpu, pfn)) {
                Walk at = walk.at();
                long pte = cpu.load(at.words, at.index);
                if ((pte & CHANGED) != 0) {
                    written |= format.isDirty(Pte.clear(cpu, format, at.words, at.index, CHANGED));
                }
                walk.unlock(cpu);
            }
            notifiers.invalidateRangeEnd(cpu, vpn, vpn + 1);
        }
        walk.leave(cpu);
        return written;
    }
}
