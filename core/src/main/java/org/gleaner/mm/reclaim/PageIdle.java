package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.IDLE;
import static org.gleaner.mm.folio.FolioLayout.LRU;
import static org.gleaner.mm.folio.FolioLayout.mapcount;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Idle page tracking: user space marks pages idle and asks later which of them still are
/// (`/sys/kernel/mm/page_idle/bitmap`). Both consume the accessed bits of every mapping, primary and
/// secondary, without a flush. Of a large folio only the first page has an answer: the others are never idle.
public final class PageIdle {
    private static final PteFormat PTE = PteFormat.X86_64;

    private final Folios folios;
    private final LruCache lru;
    private final RmapObjects objects;

    public PageIdle(Folios folios, LruCache lru, RmapObjects objects) {
        this.folios = folios;
        this.lru = lru;
        this.objects = objects;
    }

    /// The frame that an address space maps at `vpn`, or -1 (what `pagemap` would say).
    public static int frame(Cpu cpu, AddressSpace mm, long vpn, Walk walk) {
        mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level > RadixTable.LEVEL_2M) {
            return -1;
        }
        long pte = cpu.load(walk.words, walk.index);
        long within = vpn & RadixTable.pages(walk.level) - 1;
        return PTE.isLeaf(pte, walk.level) ? (int) (PTE.pfn(pte) + within) : -1;
    }

    /// Whether the page has not been used since it was marked.
    public boolean isIdle(Cpu cpu, int pfn, Walk walk) {
        if (!folios.test(cpu, pfn, IDLE) || !get(cpu, pfn)) {
            return false;
        }
        clearReferences(cpu, pfn, walk);
        boolean idle = folios.test(cpu, pfn, IDLE);
        lru.put(cpu, pfn);
        return idle;
    }

    /// Marks the page idle, unless it is on no LRU list.
    public void mark(Cpu cpu, int pfn, Walk walk) {
        if (get(cpu, pfn)) {
            clearReferences(cpu, pfn, walk);
            folios.set(cpu, pfn, IDLE);
            lru.put(cpu, pfn);
        }
    }

    /// `page_idle_get_folio`: a reference to a page in use, which keeps it from being freed and flagged idle
    /// afterwards. Pages that are isolated, or wait in a per-CPU batch, are passed over.
    private boolean get(Cpu cpu, int pfn) {
        if (!folios.test(cpu, pfn, LRU) || !folios.tryGet(cpu, pfn)) {
            return false;
        }
        boolean same = folios.test(cpu, pfn, LRU);
        if (!same) {
            lru.put(cpu, pfn);
        }
        return same;
    }

    /// `page_idle_clear_pte_refs`: a mapping that was used since ends the page's idleness.
    private void clearReferences(Cpu cpu, int pfn, Walk walk) {
        if (mapcount(folios.state(cpu, pfn)) == 0) {
            return;
        }
        long mapping = folios.mapping(pfn);
        RmapObject object = objects.get(Folios.mappingObject(mapping));
        object.lock().downRead(cpu);
        boolean used = false;
        for (Vma vma : object.vmas()) {
            long vpn = vma.vpn(Folios.mappingIndex(mapping));
            if (vpn >= 0) {
                cpu.charge(Cost.RMAP_WALK);
                used |= clear(cpu, vma.mm(), vpn, pfn, walk);
            }
        }
        object.lock().upRead(cpu);
        if (used) {
            folios.clear(cpu, pfn, IDLE);
        }
    }

    private static boolean clear(Cpu cpu, AddressSpace mm, long vpn, int pfn, Walk walk) {
        mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level > RadixTable.LEVEL_2M) {
            return false;
        }
        QueuedSpinLock lock = mm.pteLock(walk);
        lock.lock(cpu);
        long pte = cpu.load(walk.words, walk.index);
        boolean used = false;
        if (PTE.isLeaf(pte, walk.level) && PTE.pfn(pte) == pfn) {
            used = Pte.testAndClearYoung(cpu, walk.words, walk.index);
            if (!mm.notifiers().isEmpty()) {
                used |= mm.notifiers().clearYoung(cpu, vpn, vpn + RadixTable.pages(walk.level));
            }
        }
        lock.unlock(cpu);
        return used;
    }
}
