package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.mm.version.KernelVersion;

/// `shrink_folio_list`: decides about each isolated folio, and frees those that can go. Common to
/// MGLRU and the classic LRU.
///
/// A folio that stays keeps its place in the queue; one to be activated has its active flag set.
/// The caller puts the survivors back.
///
/// A large folio goes to swap as a whole if swap has an unused cluster. Else it is split: its pages
/// take its place in the queue, each with a fate of its own.
final class ShrinkFolioList {
    private static final int RECLAIM = 0;
    private static final int RECLAIM_CLEAN = 1;
    private static final int KEEP = 2;
    private static final int ACTIVATE = 3;

    /// It was a large folio and is one of a page now, to be swapped out.
    private static final int SPLIT = 4;

    private final ReclaimContext host;
    private final Folios folios;
    private final SwapArea swap;
    private final FolioReferenced referenced;
    private final Unmap unmap;
    private final UnmapFlush flush;
    private final PageOut pageOut;

    /// MGLRU before 6.18: a mapped folio that a walker marked while it was isolated is spared
    /// unseen.
    private final boolean sparesMarked;

    /// MGLRU since 6.18: sightings decide, by [LruGenRules#sighted].
    private final boolean bySightings;

    ShrinkFolioList(ReclaimContext host, FolioReferenced referenced) {
        this.host = host;
        this.referenced = referenced;
        folios = host.folios();
        swap = host.swap();
        flush = new UnmapFlush(host);
        unmap = new Unmap(host, flush);
        pageOut = new PageOut(host);
        bySightings = referenced.looksAround() && !host.kernel().isBefore(KernelVersion.V6_18);
        sparesMarked = referenced.looksAround() && !bySightings;
    }

    /// Reclaims from `queue`, pages of one `lruvec`, oldest first, and leaves the survivors in it
    /// in the same order. Returns the pages freed.
    long shrink(Cpu cpu, Lruvec lruvec, FolioQueue queue, ScanControl sc) {
        cpu.condResched();
        cpu.enter(KernelFunction.SHRINK_FOLIO_LIST);
        int kept = 0;
        int uncharged = 0;
        long freed = 0;
        for (int i = 0; i < queue.size(); i++) {
            int pfn = queue.get(i);
            int pages = folios.pages(folios.peek(cpu, pfn));
            sc.nrScanned += pages;
            cpu.charge(Cost.SHRINK_FOLIO);
            if (!folios.tryLock(cpu, pfn)) {
                queue.set(kept++, pfn);
                continue;
            }
            int fate = one(cpu, pfn, sc);
            if (fate == SPLIT) {
                queue.insert(i + 1, pfn + 1, folios.hugePages - 1);
                // the tails count when it is their turn
                sc.nrScanned -= folios.hugePages - 1;
                pages = 1;
                fate =
                        pageOut.addToSwap(cpu, pfn)
                                ? takeOut(cpu, pfn, folios.peek(cpu, pfn), RECLAIM, sc)
                                : ACTIVATE;
            }
            switch (fate) {
                case RECLAIM -> {
                    freed += pages;
                    uncharged++;
                    continue;
                }
                case ACTIVATE -> activate(cpu, pfn);
                default -> {}
            }
            host.folioWait().unlock(cpu, pfn);
            queue.set(kept++, pfn);
        }
        flush.atEnd(cpu);
        queue.truncate(kept);
        lruvec.charged(cpu, uncharged);
        cpu.exit();
        return freed;
    }

    private void activate(Cpu cpu, int pfn) {
        if (folios.test(cpu, pfn, SWAPCACHE) && swap.isFull()) {
            freeSwap(cpu, pfn);
        }
        folios.set(cpu, pfn, ACTIVE);
        long state = folios.peek(cpu, pfn);
        host.stat().add(cpu, VmEvent.PGACTIVATE, folios.pages(state));
        host.lru().lruvec(state).statChanged(cpu, folios.pages(state));
    }

    /// Gives up the slots of a folio that nothing else needs it for (`folio_free_swap`).
    private void freeSwap(Cpu cpu, int pfn) {
        int slot = folios.swapSlot(pfn);
        if (folios.test(cpu, pfn, WRITEBACK)) {
            return;
        }
        int pages = folios.pages(folios.peek(cpu, pfn));
        for (int i = 0; i < pages; i++) {
            if (swap.mappings(cpu, slot + i) != 0) {
                return;
            }
        }
        folios.update(cpu, pfn, SWAPCACHE, DIRTY);
        for (int i = 0; i < pages; i++) {
            swap.removeFromCache(cpu, slot + i, 0);
        }
        folios.dropReferences(cpu, pfn, pages);
    }

    /// The fate of one locked folio: freed (and unlocked), or what to do with it.
    private int one(Cpu cpu, int pfn, ScanControl sc) {
        long state = folios.state(cpu, pfn);
        if ((state & UNEVICTABLE) != 0) {
            return ACTIVATE;
        }
        if (sparesMarked && mapcount(state) > 0 && (state & REFERENCED) != 0) {
            return KEEP;
        }
        if ((state & WRITEBACK) != 0) {
            folios.set(cpu, pfn, AWAITED);
            sc.nrWriteback += folios.pages(state);
            return ACTIVATE;
        }
        int references = checkReferences(cpu, pfn, sc);
        if (references >= KEEP) {
            return references;
        }
        if ((state & (ANON | SWAPCACHE)) == ANON) {
            if (folios.maybePinned(cpu, pfn)) {
                return KEEP;
            }
            if ((state & LARGE) != 0 && !host.split().isPossible(cpu, pfn)) {
                return ACTIVATE;
            }
            if (!pageOut.addToSwap(cpu, pfn)) {
                return (state & LARGE) != 0 ? splitUp(cpu, pfn) : ACTIVATE;
            }
        }
        return takeOut(cpu, pfn, state, references, sc);
    }

    /// Swap has no place for the whole of a large folio.
    private int splitUp(Cpu cpu, int pfn) {
        if (!host.split().split(cpu, pfn, true)) {
            return ACTIVATE;
        }
        host.stat().inc(cpu, VmEvent.THP_SWPOUT_FALLBACK);
        return SPLIT;
    }

    /// Unmaps a folio that nobody wants, writes it if need be, and frees it.
    private int takeOut(Cpu cpu, int pfn, long state, int references, ScanControl sc) {
        if (mapcount(state) > 0 && !unmap.tryToUnmap(cpu, pfn, folios.swapSlot(pfn))) {
            return ACTIVATE;
        }
        if (folios.maybePinned(cpu, pfn)) {
            // unmapped, it cannot be pinned any more; who has it pinned may still write to it
            return ACTIVATE;
        }
        if (folios.test(cpu, pfn, DIRTY)) {
            if (references == RECLAIM_CLEAN) {
                return KEEP;
            }
            flush.beforeWrite(cpu);
            int written = pageOut.pageOut(cpu, pfn);
            if (written != PageOut.SUCCESS) {
                return written == PageOut.ACTIVATE ? ACTIVATE : KEEP;
            }
            sc.nrPageout += folios.pages(state);
            if (folios.test(cpu, pfn, WRITEBACK | DIRTY)) {
                return KEEP;
            }
        }
        return removeMapping(cpu, pfn, sc) ? RECLAIM : KEEP;
    }

    /// `folio_check_references`.
    private int checkReferences(Cpu cpu, int pfn, ScanControl sc) {
        int users = referenced.count(cpu, pfn, sc);
        if (bySightings) {
            return bySighting(cpu, pfn, users);
        }
        boolean flagged = folios.testAndClear(cpu, pfn, REFERENCED);
        if (users == FolioReferenced.CONTENDED) {
            return KEEP;
        }
        if (users > 0) {
            folios.set(cpu, pfn, REFERENCED);
            return flagged || users > 1 ? ACTIVATE : KEEP;
        }
        boolean file = type(folios.state(cpu, pfn)) == LruGen.FILE;
        return flagged && file ? RECLAIM_CLEAN : RECLAIM;
    }

    private int bySighting(Cpu cpu, int pfn, int users) {
        if (users == FolioReferenced.CONTENDED) {
            return KEEP;
        }
        if (users == 0) {
            return RECLAIM;
        }
        LruGen gen = host.lru().lruvec(folios.peek(cpu, pfn)).gen();
        return gen.sighted(cpu, pfn) ? ACTIVATE : KEEP;
    }

    private boolean freeze(Cpu cpu, int pfn, int expect) {
        return host.steps().freezesReferences()
                ? folios.refFreeze(cpu, pfn, expect)
                : refcount(folios.state(cpu, pfn)) == expect;
    }

    /// Frees a clean, unmapped folio if its cache and we hold the only references
    /// (`__remove_mapping`). One that has no cache, because its file or its process is gone, is
    /// freed by who drops the last reference.
    private boolean removeMapping(Cpu cpu, int pfn, ScanControl sc) {
        long state = folios.peek(cpu, pfn);
        if ((state & SWAPCACHE) == 0) {
            return false;
        }
        int pages = folios.pages(state);
        if (!freeze(cpu, pfn, 1 + pages)) {
            return false;
        }
        if (host.steps().asksForDirtyFrozen() && folios.test(cpu, pfn, DIRTY)) {
            folios.refUnfreeze(cpu, pfn, 1 + pages);
            return false;
        }
        Memcg target = host.scope(sc);
        Lruvec lruvec = target.lruvec();
        long shadow = host.workingset().evict(cpu, pfn, lruvec, target.id());
        int slot = folios.swapSlot(pfn);
        for (int i = 0; i < pages; i++) {
            swap.removeFromCache(cpu, slot + i, shadow);
        }
        lruvec.statChanged(cpu, pages);
        host.freeing().free(cpu, pfn);
        return true;
    }
}
