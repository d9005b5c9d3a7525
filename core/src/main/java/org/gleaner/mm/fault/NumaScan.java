package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.PageWalk;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;

/// Hides the entries of a piece of a mapping, so that the next use of each page is a fault and says
/// who uses it (`change_prot_numa`). The fault makes the entry what it was.
///
/// Passed over are pages that are hidden already, that somebody else may share, that may be pinned,
/// dirty pages of files, and what is no page. Secondary MMUs are told once a piece, from the first
/// table in it to its end, even if no entry is hidden. No page moves to another node: there is one.
public final class NumaScan {
    private final PteFormat format;

    private final Folios folios;

    NumaScan(PteFormat format, Folios folios) {
        this.format = format;
        this.folios = folios;
    }

    /// Scans the pages of `vma` from `start` up to `end`. Returns how many leaves it has hidden:
    /// none of a hugetlb mapping.
    public long scan(Cpu cpu, Vma vma, long start, long end) {
        if (vma.isHugetlb()) {
            return 0;
        }
        AddressSpace mm = vma.mm();
        MmuNotifierSubscriptions notifiers = mm.notifiers();
        PageWalk walk = new PageWalk();
        long hidden = 0;
        long told = -1;
        mm.mmapLock().downRead(cpu);
        for (walk.start(mm, start, end); walk.next(cpu); ) {
            if (told < 0) {
                told = walk.from();
                notifiers.invalidateRangeStart(
                        cpu, told, end, true, InvalidationEvent.PROTECTION_VMA);
            }
            hidden += hide(cpu, vma, walk);
        }
        if (told >= 0) {
            notifiers.invalidateRangeEnd(cpu, told, end);
        }
        mm.mmapLock().upRead(cpu);
        return hidden;
    }

    private long hide(Cpu cpu, Vma vma, PageWalk walk) {
        Walk at = walk.at();
        long hidden = 0;
        walk.lock(cpu);
        for (int i = 0; i < walk.entries(); i++) {
            cpu.charge(Cost.PTE_SCAN);
            long entry = cpu.load(at.words, at.index + i);
            if (format.isLeaf(entry, at.level) && isWanted(cpu, vma, entry)) {
                Pte.clear(cpu, format, at.words, at.index + i, PteFormat.USER);
                hidden++;
            }
        }
        walk.unlock(cpu);
        return hidden;
    }

    private boolean isWanted(Cpu cpu, Vma vma, long entry) {
        if (!format.isPage(entry) || !format.isAccessible(entry) || format.isShared(entry)) {
            return false;
        }
        long state = folios.peek(cpu, (int) format.pfn(entry));
        boolean pinned = (state & LARGE) == 0 && refcount(state) >= PIN_BIAS;
        boolean file = vma.object() instanceof Memfd memfd && memfd.notifiesWrites();
        return !pinned && !(file && (state & DIRTY) != 0);
    }
}
