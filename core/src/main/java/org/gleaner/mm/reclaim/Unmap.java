package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapWalk;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Walk;

/// Takes a folio out of every page table that maps it (`try_to_unmap`). Secondary MMUs are told
/// before the entry goes and after. Anonymous memory leaves its swap entry behind, which counts as
/// a user of the slot.
final class Unmap {
    private final PteFormat format;

    private final Folios folios;
    private final LruCache lru;
    private final SwapArea swap;
    private final ReclaimContext host;
    private final RmapWalk walk;

    Unmap(ReclaimContext host) {
        this.host = host;
        folios = host.folios();
        format = host.format();
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
        while (walk.next()) {
            one(cpu, pfn, pages, walk.isAnon() ? slot : -1);
        }
        walk.leave(cpu);
        cpu.exit();
        return mapcount(folios.state(cpu, pfn)) == 0;
    }

    private void one(Cpu cpu, int pfn, int pages, int slot) {
        AddressSpace mm = walk.mm();
        long vpn = walk.vpn();
        cpu.enter(KernelFunction.TRY_TO_UNMAP_ONE);
        boolean notify = !mm.notifiers().isEmpty();
        if (notify && host.steps().tellsBeforeUnmap()) {
            mm.notifiers()
                    .invalidateRangeStart(cpu, vpn, vpn + pages, true, InvalidationEvent.CLEAR);
        }
        boolean unmapped = false;
        if (walk.lock(cpu, pfn)) {
            if (pages == 1) {
                clear(cpu, pfn, slot);
            } else {
                clearHuge(cpu, mm, pfn, slot);
            }
            unmapped = true;
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
    }

    private void clear(Cpu cpu, int pfn, int slot) {
        Walk at = walk.at();
        long pte = host.steps().takeEntry(cpu, at.words, at.index, PteFormat.NONE);
        if (format.isDirty(pte) && host.steps().carriesDirty()) {
            folios.set(cpu, pfn, DIRTY);
        }
        if (slot >= 0) {
            swap.duplicate(cpu, slot);
            Pte.set(cpu, at.words, at.index, format.sharedAs(format.makeSwap(0, slot), pte));
        }
        folios.removeMap(cpu, pfn);
        lru.lruvec(folios.peek(cpu, pfn)).statChanged(cpu, 1);
    }

    /// Puts the table that was laid by for it, full of swap entries, in the place of a huge leaf,
    /// which in the kernel is split first and then unmapped page by page.
    private void clearHuge(Cpu cpu, AddressSpace mm, int pfn, int slot) {
        TableSlab slab = mm.tables().slab;
        int table = mm.tables().withdraw(walk.at());
        long[] words = slab.words(table);
        int base = slab.base(table);
        for (int i = 0; i < folios.hugePages; i++) {
            swap.duplicate(cpu, slot + i);
            words[base + i] = format.makeSwap(0, slot + i);
        }
        Walk at = walk.at();
        long leaf = cpu.swap(at.words, at.index, format.makeTable(table));
        if (format.isDirty(leaf) && host.steps().carriesDirty()) {
            folios.set(cpu, pfn, DIRTY);
        }
        folios.removeMap(cpu, pfn);
        host.stat().inc(cpu, VmEvent.THP_SPLIT_PMD);
        lru.lruvec(folios.peek(cpu, pfn)).statChanged(cpu, folios.hugePages);
    }
}
