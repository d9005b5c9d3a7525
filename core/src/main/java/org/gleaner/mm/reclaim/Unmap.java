package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Walk;

/// Takes a folio out of every page table that maps it (`try_to_unmap`). Secondary MMUs are told before
/// the entry goes and after. Anonymous memory leaves its swap entry behind, which counts as a user of the
/// slot.
final class Unmap {
    private static final PteFormat PTE = PteFormat.X86_64;

    private final Folios folios;
    private final LruCache lru;
    private final SwapArea swap;
    private final ReclaimContext host;
    private final Walk walk = new Walk();

    Unmap(ReclaimContext host) {
        this.host = host;
        folios = host.folios();
        lru = host.lru();
        swap = host.swap();
    }

    /// Unmaps a locked folio; `slot` is its (first) swap slot if it is anonymous. Returns whether no mapping is left.
    boolean tryToUnmap(Cpu cpu, int pfn, int slot) {
        cpu.enter(KernelFunction.TRY_TO_UNMAP);
        long mapping = folios.mapping(pfn);
        RmapObject object = host.objects().get(Folios.mappingObject(mapping));
        boolean anon = object instanceof AnonVma;
        int pages = pages(folios.state(cpu, pfn));
        object.lock().downRead(cpu);
        for (Vma vma : object.vmas()) {
            long vpn = vma.vpn(Folios.mappingIndex(mapping));
            if (vpn >= 0) {
                one(cpu, pfn, pages, vma, vpn, anon ? slot : -1);
            }
        }
        object.lock().upRead(cpu);
        cpu.exit();
        return mapcount(folios.state(cpu, pfn)) == 0;
    }

    private void one(Cpu cpu, int pfn, int pages, Vma vma, long vpn, int slot) {
        AddressSpace mm = vma.mm();
        cpu.enter(KernelFunction.TRY_TO_UNMAP_ONE);
        boolean notify = !mm.notifiers().isEmpty();
        if (notify && host.steps().tellsBeforeUnmap()) {
            mm.notifiers().invalidateRangeStart(cpu, vpn, vpn + pages, true);
        }
        mm.tables().find(cpu, walk, mm.root(), vpn);
        boolean unmapped = false;
        if (walk.level <= RadixTable.LEVEL_2M) {
            QueuedSpinLock lock = mm.pteLock(walk);
            lock.lock(cpu);
            long pte = cpu.load(walk.words, walk.index);
            if (PTE.isLeaf(pte, walk.level) && PTE.pfn(pte) == pfn) {
                unmapped = pages == 1 ? clear(cpu, pfn, slot) : clearHuge(cpu, mm, pfn, slot);
            }
            lock.unlock(cpu);
        }
        if (notify) {
            if (!host.steps().tellsBeforeUnmap()) {
                mm.notifiers().invalidateRangeStart(cpu, vpn, vpn + pages, true);
            }
            mm.notifiers().invalidateRangeEnd(cpu, vpn, vpn + pages);
        }
        if (unmapped) {
            lru.put(cpu, pfn);
        }
        cpu.exit();
    }

    private boolean clear(Cpu cpu, int pfn, int slot) {
        long pte = host.steps().takeEntry(cpu, walk.words, walk.index, PteFormat.NONE);
        if (PTE.isDirty(pte) && host.steps().carriesDirty()) {
            folios.set(cpu, pfn, DIRTY);
        }
        if (slot >= 0) {
            swap.duplicate(cpu, slot);
            Pte.set(cpu, walk.words, walk.index, PTE.makeSwap(0, slot));
        }
        folios.removeMap(cpu, pfn);
        lru.lruvec(folios.peek(cpu, pfn)).statChanged(cpu, 1);
        return true;
    }

    /// Puts a table of swap entries in the place of a huge leaf, which in the kernel is split first and then
    /// unmapped page by page. False if there is no table. (The kernel has one laid by for each huge leaf.)
    private boolean clearHuge(Cpu cpu, AddressSpace mm, int pfn, int slot) {
        TableSlab slab = mm.tables().slab;
        int table = slab.tryAllocate(cpu, PteFormat.NONE);
        if (table == TableSlab.FULL) {
            return false;
        }
        long[] words = slab.words(table);
        int base = slab.base(table);
        for (int i = 0; i < HUGE_PAGES; i++) {
            swap.duplicate(cpu, slot + i);
            words[base + i] = PTE.makeSwap(0, slot + i);
        }
        long leaf = cpu.swap(walk.words, walk.index, PTE.makeTable(table));
        if (PTE.isDirty(leaf) && host.steps().carriesDirty()) {
            folios.set(cpu, pfn, DIRTY);
        }
        folios.removeMap(cpu, pfn);
        host.stat().inc(cpu, VmEvent.THP_SPLIT_PMD);
        lru.lruvec(folios.peek(cpu, pfn)).statChanged(cpu, HUGE_PAGES);
        return true;
    }
}
