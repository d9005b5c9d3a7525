package org.gleaner.mm.gup;

import static org.gleaner.mm.folio.FolioLayout.DIRTY;
import static org.gleaner.mm.folio.FolioLayout.isReserved;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.fault.FaultContext;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.memory.FrameEpochs;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.pagetable.RadixTable;

/// A process's pages as its secondary MMUs use them.
final class ProcessPages implements UserPages, PagesByNumber {
    private final AddressSpace mm;
    private final GetUserPages gup;
    private final FollowPfn follow;
    private final LruCache lru;
    private final Folios folios;
    private final RmapObjects objects;
    private final MemorySteps steps;
    private final FrameEpochs epochs;

    ProcessPages(FaultContext host, AddressSpace mm, GetUserPages gup) {
        this.mm = mm;
        this.gup = gup;
        follow = gup.follow();
        epochs = host.node().epochs();
        steps = host.steps();
        lru = host.lru();
        folios = host.folios();
        objects = host.objects();
    }

    @Override
    public MmuNotifierSubscriptions notifiers() {
        return mm.notifiers();
    }

    @Override
    public void lookUp(Cpu cpu, long vpn, int how, PageClaim claim) {
        follow.lookUp(cpu, mm, vpn, how, claim);
    }

    @Override
    public void lockMappings(Cpu cpu) {
        mm.mmapLock().downRead(cpu);
    }

    @Override
    public void unlockMappings(Cpu cpu) {
        mm.mmapLock().upRead(cpu);
    }

    @Override
    public int mappingLevel(Cpu cpu, long vpn) {
        long found = mm.tables().tables.leafAt(cpu, mm.root(), vpn);
        return found < 0 ? RadixTable.LEVEL_4K : RadixTable.levelOf(found);
    }

    @Override
    public boolean isOnline(Cpu cpu, PageClaim claim) {
        int folio = folios.folio(cpu, claim.pfn());
        RmapObject object = objects.get(Folios.mappingObject(folios.mapping(folio)));
        return !(object instanceof Memfd file && file.kind() == Memfd.Kind.DEVICE_PAGES);
    }

    @Override
    public int timesFreed(int pfn) {
        return epochs.of(pfn);
    }

    @Override
    public void returnToUser(Cpu cpu) {
        gup.returnToUser(cpu, mm);
    }

    @Override
    public boolean owes(Cpu cpu) {
        return gup.owes(cpu);
    }

    @Override
    public void payTables(Cpu cpu, int pages) {
        gup.payTables(cpu, mm, pages);
    }

    @Override
    public void payTableAtOnce(Cpu cpu) {
        mm.tableCharge().paySecondaryAtOnce(cpu);
    }

    @Override
    public void refundTables(Cpu cpu, int pages) {
        mm.tableCharge().refundSecondary(cpu, pages);
    }

    @Override
    public void useTables(Cpu cpu, int more) {
        mm.tableCharge().useSecondary(cpu, more);
    }

    @Override
    public void put(Cpu cpu, PageClaim claim) {
        follow.put(cpu, claim);
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
        if (pfn < folios.frames()) {
            int folio = folios.folio(cpu, pfn);
            if (!isReserved(folios.peek(cpu, folio))) {
                lru.markAccessed(cpu, folio);
            }
        }
    }

    @Override
    public void setDirty(Cpu cpu, int pfn) {
        if (pfn < folios.frames()) {
            int folio = folios.folio(cpu, pfn);
            if (!isReserved(folios.peek(cpu, folio))) {
                folios.set(cpu, folio, DIRTY);
            }
        }
    }

    @Override
    public boolean hasPage(int pfn) {
        return pfn < folios.frames();
    }

    /// By the frame's own count, as the kernel does: that of another frame of a compound page is 0.
    @Override
    public boolean tryGet(Cpu cpu, int pfn) {
        if (steps.getsUnlessZero()) {
            return folios.tryGet(cpu, pfn);
        }
        folios.get(cpu, pfn);
        return true;
    }

    @Override
    public void put(Cpu cpu, int pfn) {
        lru.put(cpu, folios.folio(cpu, pfn));
    }
}
