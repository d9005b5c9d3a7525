package org.gleaner.mm.gup;

import static org.gleaner.mm.folio.FolioLayout.DIRTY;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.pagetable.RadixTable;

/// A process's pages as its secondary MMUs use them.
public final class ProcessPages implements UserPages, PagesByNumber {
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
    public void lookUp(Cpu cpu, long vpn, int how, PageClaim claim) {
        boolean write = (how & Lookup.WRITE) != 0;
        boolean fastOnly = (how & Lookup.FAST_ONLY) != 0;
        long page =
                fastOnly
                        ? gup.getFast(cpu, mm, vpn)
                        : gup.get(cpu, mm, vpn, write, (how & Lookup.WANT_WRITABLE) != 0);
        if (page < 0) {
            claim.fail((int) page);
        } else {
            boolean writable = (page & GetUserPages.WRITABLE) != 0;
            claim.own(PageClaim.Kind.OWNED, (int) (page & ~GetUserPages.WRITABLE), writable);
        }
    }

    @Override
    public int mappingLevel(Cpu cpu, long vpn) {
        long found = mm.tables().tables.leafAt(cpu, mm.root(), vpn);
        return found < 0 ? RadixTable.LEVEL_4K : RadixTable.levelOf(found);
    }

    @Override
    public void returnToUser(Cpu cpu) {
        gup.returnToUser(cpu, mm);
    }

    @Override
    public void put(Cpu cpu, PageClaim claim) {
        if (claim.isOwned()) {
            lru.put(cpu, folios.folio(cpu, claim.pfn()));
        }
        claim.free();
    }

    @Override
    public void markAccessed(Cpu cpu, PageClaim claim) {
        if (claim.isOwned()) {
            markAccessed(cpu, claim.pfn());
        }
    }

    @Override
    public void setDirty(Cpu cpu, PageClaim claim) {
        if (claim.isOwned()) {
            setDirty(cpu, claim.pfn());
        }
    }

    @Override
    public PagesByNumber byNumber() {
        return this;
    }

    @Override
    public void markAccessed(Cpu cpu, int pfn) {
        lru.markAccessed(cpu, folios.folio(cpu, pfn));
    }

    @Override
    public void setDirty(Cpu cpu, int pfn) {
        folios.set(cpu, folios.folio(cpu, pfn), DIRTY);
    }

    @Override
    public boolean hasPage(int pfn) {
        return true;
    }

    @Override
    public boolean tryGet(Cpu cpu, int pfn) {
        return folios.tryGet(cpu, folios.folio(cpu, pfn));
    }

    @Override
    public void put(Cpu cpu, int pfn) {
        lru.put(cpu, folios.folio(cpu, pfn));
    }
}
