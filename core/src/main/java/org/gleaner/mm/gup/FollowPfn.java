package org.gleaner.mm.gup;

import static org.gleaner.mm.folio.FolioLayout.isDriver;
import static org.gleaner.mm.folio.FolioLayout.isReserved;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// From a virtual page to a frame, whatever kind of memory is there (`hva_to_pfn`): as a page, fast
/// or slow ([GetUserPages]); if that will not have it, as the frame that a device's entry names.
final class FollowPfn {
    private final PteFormat format;

    private final GetUserPages gup;
    private final PageFaults faults;
    private final Folios folios;
    private final LruCache lru;
    private final Walk[] walks;

    FollowPfn(
            PteFormat format,
            GetUserPages gup,
            PageFaults faults,
            Folios folios,
            LruCache lru,
            int maxCpus) {
        this.format = format;
        this.gup = gup;
        this.faults = faults;
        this.folios = folios;
        this.lru = lru;
        walks = new Walk[maxCpus];
        Arrays.setAll(walks, i -> new Walk());
    }

    /// See [UserPages#lookUp].
    void lookUp(Cpu cpu, AddressSpace mm, long vpn, int how, PageClaim claim) {
        assert (how & (Lookup.PIN | Lookup.WANT_WRITABLE)) != (Lookup.PIN | Lookup.WANT_WRITABLE)
                : "F6 pin-xor-map_writable: whoever pins says whether it writes";
        boolean fastOnly = (how & Lookup.FAST_ONLY) != 0;
        long page = fastOnly ? gup.getFast(cpu, mm, vpn) : gup.get(cpu, mm, vpn, how);
        if (page >= 0) {
            own(cpu, page, how, claim);
        } else if (fastOnly) {
            claim.fail(PageClaim.FAULT);
        } else if (page == PageFaults.FAULT) {
            notAPage(cpu, mm, vpn, how, claim);
        } else if (page == PageClaim.HWPOISON) {
            claim.fail(PageClaim.HWPOISON);
        } else {
            claim.fail((how & Lookup.NOWAIT) != 0 ? PageClaim.NEEDS_IO : (int) page);
        }
    }

    /// Gives back what the claim owns.
    void put(Cpu cpu, PageClaim claim) {
        if (claim.isOwned()) {
            int folio = folios.folio(cpu, claim.pfn());
            if (claim.kind() == PageClaim.Kind.PINNED) {
                if (isReserved(folios.peek(cpu, folio))) {
                    claim.free();
                    return;
                }
                folios.unpin(cpu, folio);
            }
            lru.put(cpu, folio);
        }
        claim.free();
    }

    private void own(Cpu cpu, long answer, int how, PageClaim claim) {
        int pfn = (int) (answer & ~GetUserPages.WRITABLE);
        boolean pin = (how & Lookup.PIN) != 0;
        assert !isDriver(folios.peek(cpu, pfn))
                : "P2 foreign-frame: a lookup references frame " + pfn + ", which is a driver's";
        if (pin) {
            int folio = folios.folio(cpu, pfn);
            if (isReserved(folios.peek(cpu, folio))) {
                // zeroes are not pinned: nobody writes to them, and they do not go
                lru.put(cpu, folio);
            }
        }
        claim.own(
                pin ? PageClaim.Kind.PINNED : PageClaim.Kind.OWNED,
                pfn,
                (answer & GetUserPages.WRITABLE) != 0);
    }

    /// Says why there is no page, or finds the frame of a device.
    private void notAPage(Cpu cpu, AddressSpace mm, long vpn, int how, PageClaim claim) {
        do {
            // no lock for this look: the list of mappings is replaced, never edited
            Vma seen = mm.vma(vpn);
            if (seen == null || !seen.isDevice() || cannotPin(how)) {
                boolean later = seen != null && !seen.isDevice() && permitsLater(seen, how);
                claim.fail(later ? PageClaim.NEEDS_IO : PageClaim.FAULT);
                return;
            }
            mm.mmapLock().downRead(cpu);
            Vma vma = mm.vma(vpn);
            boolean found = vma != null && vma.isDevice() && remapped(cpu, vma, vpn, how, claim);
            mm.mmapLock().upRead(cpu);
            if (found) {
                return;
            }
            // only what is not there is faulted in: an entry that forbids the access stays
        } while (faults.handle(cpu, mm, vpn, (how & Lookup.WRITE) != 0) == PageFaults.DONE);
        claim.fail(PageClaim.FAULT);
    }

    /// A frame without a page cannot be pinned, and would have to be.
    private static boolean cannotPin(int how) {
        return (how & (Lookup.PIN | Lookup.UNSAFE)) == Lookup.PIN;
    }

    private static boolean permitsLater(Vma vma, int how) {
        boolean write = (how & Lookup.WRITE) != 0;
        return (how & Lookup.NOWAIT) != 0 && vma.readable() && (!write || vma.writable());
    }

    /// Reads a device's entry under its lock (`follow_pfnmap_start`); false if there is none. The
    /// mapping's mmap_lock is held.
    private boolean remapped(Cpu cpu, Vma vma, long vpn, int how, PageClaim claim) {
        AddressSpace mm = vma.mm();
        Walk walk = walks[cpu.id];
        mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level != RadixTable.LEVEL_4K) {
            return false;
        }
        mm.pteLock(walk).lock(cpu);
        long pte = cpu.load(walk.words, walk.index);
        mm.pteLock(walk).unlock(cpu);
        if (!format.isPresent(pte)) {
            return false;
        }
        if ((how & Lookup.WRITE) != 0 && !format.isWritable(pte)) {
            claim.fail(PageClaim.RO_FAULT);
        } else {
            claim.raw((int) format.pfn(pte), format.isWritable(pte));
        }
        return true;
    }
}
