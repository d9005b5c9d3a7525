package org.gleaner.mm.gup;

import static org.gleaner.mm.folio.FolioLayout.DIRTY;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.space.AddressSpace;

/// A process's pages as its secondary MMUs use them.
public final class ProcessPages implements UserPages {
    private final AddressSpace mm;
    private final GetUserPages gup;
    private final LruCache lru;
    private final Folios folios;

    public ProcessPages(AddressSpace mm, GetUserPages gup, LruCache lru, Folios folios) {
        this.mm = mm;
        this.gup = gup;
        this.lru = lru;
        this.folios = folios;
    }

    @Override
    public MmuNotifierSubscriptions notifiers() {
        return mm.notifiers();
    }

    @Override
    public long getUserPage(Cpu cpu, long vpn, boolean write, boolean wantWritable) {
        return gup.get(cpu, mm, vpn, write, wantWritable);
    }

    @Override
    public void returnToUser(Cpu cpu) {
        gup.returnToUser(cpu, mm);
    }

    @Override
    public void put(Cpu cpu, int pfn) {
        lru.put(cpu, folios.folio(cpu, pfn));
    }

    @Override
    public void markAccessed(Cpu cpu, int pfn) {
        lru.markAccessed(cpu, folios.folio(cpu, pfn));
    }

    @Override
    public void setDirty(Cpu cpu, int pfn) {
        folios.set(cpu, folios.folio(cpu, pfn), DIRTY);
    }
}
