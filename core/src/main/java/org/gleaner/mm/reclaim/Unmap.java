package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.pte.Tlb;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapWalk;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Walk;

/// Takes a folio out of every page table that maps it (`try_to_unmap`). Secondary MMUs are told
/// before the entry goes and after. Anonymous memory leaves its swap entry behind, which counts as
/// a user of the slot.
///
/// What is pinned stays mapped if no other process has it, for a swap entry can be shared by a fork
/// that sees no pin, and then the first write would leave who has it pinned with a copy. A pin is
/// taken before the entry is read again, and it is looked for after the entry is taken away: one of
/// the two sees the other (`folio_try_share_anon_rmap_pte`).
final class Unmap {
    private final PteFormat format;

    /// Hides a huge leaf from lookups without a lock.
    private final long migration;

    private final Folios folios;
    private final LruCache lru;
    private final SwapArea swap;
    private final ReclaimContext host;
    private final RmapWalk walk;
    private final UnmapFlush flush;

    Unmap(ReclaimContext host, UnmapFlush flush) {
        this.host = host;
        this.flush = flush;
        folios = host.folios();
        format = host.format();
        migration = format.makeMigration();
        lru = host.lru();
        swap = host.swap();
        walk = new RmapWalk(host.objects());
    }

    /// Unmaps a locked folio; `slot` is its (first) swap slot if it is anonymous. Returns whether
    /// no mapping is left.
    boolean tryToUnmap(Cpu cpu, int pfn, int slot) {
        cpu.enter(KernelFunction.TRY_TO_UNMAP);
        walk.start(folios.mapping(pfn));
        int pages = folios.pages(folios.state(cpu, pfn));
        walk.enter(cpu);
        boolean done = true;
        while (done && walk.next()) {
            done = one(cpu, pfn, pages, walk.isAnon() ? slot : -1);
        }
        walk.leave(cpu);
        cpu.exit();
        return mapcount(folios.state(cpu, pfn)) == 0;
    }

    /// False if an entry stays, so that there is no point in taking away others.
    private boolean one(Cpu cpu, int pfn, int pages, int slot) {
        AddressSpace mm = walk.mm();
        long vpn = walk.vpn();
        cpu.enter(KernelFunction.TRY_TO_UNMAP_ONE);
        boolean notify = !mm.notifiers().isEmpty();
        if (notify && host.steps().tellsBeforeUnmap()) {
            mm.notifiers()
                    .invalidateRangeStart(cpu, vpn, vpn + pages, true, InvalidationEvent.CLEAR);
        }
        boolean found = walk.lock(cpu, pfn);
        boolean unmapped = false;
        if (found) {
            unmapped = pages == 1 ? clear(cpu, pfn, slot) : clearHuge(cpu, mm, pfn, slot);
            walk.unlock(cpu);
        }
        if (notify) {
            if (!host.steps().tellsBeforeUnmap()) {
                mm.notifiers()
                        .invalidateRangeStart(cpu, vpn, vpn + pages, true, InvalidationEvent.CLEAR);
            }
            mm.notifiers().invalidateRangeEnd(cpu, vpn, vpn + pages);
        }
        if (unmapped) {
            lru.put(cpu, pfn);
        }
        cpu.exit();
        return unmapped || !found;
    }

    private boolean mustStay(Cpu cpu, int pfn, long entry) {
        return host.steps().asksForPinsWhenGone()
                && !format.isShared(entry)
                && folios.maybePinned(cpu, pfn);
    }

    private boolean clear(Cpu cpu, int pfn, int slot) {
        Walk at = walk.at();
        long pte = host.steps().takeEntry(cpu, at.words, at.index, PteFormat.NONE);
        flush.owes(cpu, format.isDirty(pte));
        Tlb tlb = walk.mm().tlb();
        if (tlb != null) {
            tlb.flush(walk.vpn());
        }
        if (slot >= 0 && mustStay(cpu, pfn, pte)) {
            Pte.set(cpu, at.words, at.index, pte);
            return false;
        }
        if (format.isDirty(pte) && host.steps().carriesDirty()) {
            folios.set(cpu, pfn, DIRTY);
        }
        if (slot >= 0) {
            swap.duplicate(cpu, slot);
            Pte.set(cpu, at.words, at.index, format.sharedAs(format.makeSwap(0, slot), pte));
        }
        folios.removeMap(cpu, pfn);
        lru.lruvec(folios.peek(cpu, pfn)).statChanged(cpu, 1);
        return true;
    }

    /// Puts the table that was laid by for it, full of swap entries, in the place of a huge leaf,
    /// which in the kernel is split first and then unmapped page by page.
    private boolean clearHuge(Cpu cpu, AddressSpace mm, int pfn, int slot) {
        Walk at = walk.at();
        long leaf = cpu.swap(at.words, at.index, migration);
        flush.owes(cpu, format.isDirty(leaf));
        if (mustStay(cpu, pfn, leaf)) {
            Pte.set(cpu, at.words, at.index, leaf);
            return false;
        }
        TableSlab slab = mm.tables().slab;
        int table = mm.tables().withdraw(at);
        long[] words = slab.words(table);
        int base = slab.base(table);
        for (int i = 0; i < folios.hugePages; i++) {
            swap.duplicate(cpu, slot + i);
            words[base + i] = format.makeSwap(0, slot + i);
        }
        Pte.set(cpu, at.words, at.index, format.makeTable(table));
        if (format.isDirty(leaf) && host.steps().carriesDirty()) {
            folios.set(cpu, pfn, DIRTY);
        }
        folios.removeMap(cpu, pfn);
        host.stat().inc(cpu, VmEvent.THP_SPLIT_PMD);
        lru.lruvec(folios.peek(cpu, pfn)).statChanged(cpu, folios.hugePages);
        return true;
    }
}
