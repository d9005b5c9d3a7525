package org.gleaner.mm.gup;

import static org.gleaner.mm.folio.FolioLayout.DIRTY;
import static org.gleaner.mm.folio.FolioLayout.LOCKED;
import static org.gleaner.mm.folio.FolioLayout.UNEVICTABLE;
import static org.gleaner.mm.folio.FolioLayout.UPTODATE;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.fault.FaultContext;
import org.gleaner.mm.fault.FolioWait;
import org.gleaner.mm.fault.PageAllocator;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.CurrentTask;
import org.gleaner.mm.space.InaccessibleFile;

/// Pages of an [InaccessibleFile], charged to the cgroup of the process that uses them. They are
/// single pages, on no list, and nobody reclaims or moves them; marks on them tell nobody anything.
///
/// A page is found under its folio lock (`filemap_grab_folio`), where it is zeroed by who finds it
/// first; who cuts it out of the file holds that lock too.
final class InaccessibleFilePages implements InaccessiblePages {
    private static final int AGAIN = -1, NOMEM = -2;

    private final InaccessibleFile file;
    private final AddressSpace mm;
    private final Folios folios;
    private final LruCache lru;
    private final FolioWait wait;
    private final PageAllocator allocator;
    private final CurrentTask currentTask;

    /// @param mm whose tasks find pages, and whose cgroup pays
    InaccessibleFilePages(FaultContext host, InaccessibleFile file, AddressSpace mm) {
        this.file = file;
        this.mm = mm;
        folios = host.folios();
        lru = host.lru();
        wait = host.folioWait();
        allocator = host.allocator();
        currentTask = host.currentTask();
    }

    @Override
    public long pages() {
        return file.pages();
    }

    @Override
    public void setOwner(Owner owner) {
        file.setOwner(owner::broken);
    }

    @Override
    public void find(Cpu cpu, long index, PageClaim claim) {
        if (index < 0 || index >= file.pages()) {
            claim.fail(PageClaim.FAULT);
            return;
        }
        int pfn = AGAIN;
        while (pfn == AGAIN) {
            long entry = file.entry(cpu, index);
            pfn = InaccessibleFile.isThere(entry) ? grab(cpu, index, entry) : make(cpu, index);
        }
        if (pfn == NOMEM) {
            claim.fail(PageClaim.NOMEM);
            return;
        }
        boolean broken = InaccessibleFile.isBroken(file.entry(cpu, index));
        if (!broken && !folios.test(cpu, pfn, UPTODATE)) {
            allocator.zero(cpu, pfn, 1);
            folios.set(cpu, pfn, UPTODATE);
        }
        wait.unlock(cpu, pfn);
        if (broken) {
            lru.put(cpu, pfn);
            claim.fail(PageClaim.HWPOISON);
        } else {
            claim.own(PageClaim.Kind.OWNED, pfn, true);
        }
    }

    /// Locks and references the page that was seen; [#AGAIN] if it has gone meanwhile.
    private int grab(Cpu cpu, long index, long seen) {
        int pfn = InaccessibleFile.pfn(seen);
        if (!folios.tryGet(cpu, pfn)) {
            return AGAIN;
        }
        wait.lock(cpu, pfn);
        long entry = file.entry(cpu, index);
        if (InaccessibleFile.isThere(entry) && InaccessibleFile.pfn(entry) == pfn) {
            return pfn;
        }
        wait.unlock(cpu, pfn);
        lru.put(cpu, pfn);
        return AGAIN;
    }

    /// A page that is locked and referenced, and has not been zeroed.
    private int make(Cpu cpu, long index) {
        currentTask.enter(cpu, mm);
        int pfn = allocator.allocate(cpu, mm.memcg(), LOCKED | UNEVICTABLE);
        currentTask.leave(cpu);
        if (pfn < 0) {
            return NOMEM;
        }
        folios.setMapping(pfn, file.id(), index);
        folios.get(cpu, pfn);
        if (file.add(cpu, index, pfn)) {
            return pfn;
        }
        folios.dropReference(cpu, pfn);
        wait.unlock(cpu, pfn);
        lru.put(cpu, pfn);
        return AGAIN;
    }

    @Override
    public void truncate(Cpu cpu, long start, long end) {
        long limit = Math.min(end, file.pages());
        for (long index = start; index < limit; index++) {
            cpu.charge(Cost.PTE_SCAN);
            long entry = file.entry(cpu, index);
            if (InaccessibleFile.isThere(entry)) {
                drop(cpu, index, InaccessibleFile.pfn(entry));
            }
        }
    }

    /// Whoever cuts pages out keeps others from it, so the page is still there.
    private void drop(Cpu cpu, long index, int pfn) {
        wait.lock(cpu, pfn);
        file.drop(cpu, index);
        folios.setMapping(pfn, 0, 0);
        folios.clear(cpu, pfn, DIRTY);
        wait.unlock(cpu, pfn);
        lru.put(cpu, pfn);
    }

    @Override
    public void close(Cpu cpu) {
        if (file.close(cpu)) {
            truncate(cpu, 0, file.pages());
            file.evicted(cpu);
        }
    }
}
