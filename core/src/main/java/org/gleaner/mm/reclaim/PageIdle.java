package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.IDLE;
import static org.gleaner.mm.folio.FolioLayout.LRU;
import static org.gleaner.mm.folio.FolioLayout.mapcount;

import java.util.Arrays;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.mm.space.RmapWalk;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Idle page tracking: user space marks pages idle and asks later which of them still are
/// (`/sys/kernel/mm/page_idle/bitmap`). Both consume the accessed bits of every mapping, primary
/// and secondary, without a flush. Of a large folio only the first page has an answer: the others
/// are never idle.
public final class PageIdle {
    private final PteFormat format;

    private final Folios folios;
    private final LruCache lru;
    private final RmapWalk[] walks;

    public PageIdle(
            PteFormat format, Folios folios, LruCache lru, RmapObjects objects, int maxCpus) {
        this.format = format;
        this.folios = folios;
        this.lru = lru;
        walks = new RmapWalk[maxCpus];
        Arrays.setAll(walks, i -> new RmapWalk(objects));
    }

    /// The frame that an address space maps at `vpn`, or -1 (what `pagemap` would say).
    public static int frame(Cpu cpu, AddressSpace mm, long vpn, Walk walk) {
        mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level > RadixTable.LEVEL_2M) {
            return -1;
        }
        long pte = cpu.load(walk.words, walk.index);
        PteFormat format = mm.tables().format;
        long within = vpn & mm.tables().geometry.pages(walk.level) - 1;
        return format.isLeaf(pte, walk.level) && format.isPage(pte)
                ? (int) (format.pfn(pte) + within)
                : -1;
    }

    /// Whether the page has not been used since it was marked.
    public boolean isIdle(Cpu cpu, int pfn) {
        if (!folios.test(cpu, pfn, IDLE) || !get(cpu, pfn)) {
            return false;
        }
        clearReferences(cpu, pfn);
        boolean idle = folios.test(cpu, pfn, IDLE);
        lru.put(cpu, pfn);
        return idle;
    }

    /// Marks the page idle, unless it is on no LRU list.
    public void mark(Cpu cpu, int pfn) {
        if (get(cpu, pfn)) {
            clearReferences(cpu, pfn);
            folios.set(cpu, pfn, IDLE);
            lru.put(cpu, pfn);
        }
    }

    /// `page_idle_get_folio`: a reference to a page in use, which keeps it from being freed and
    /// flagged idle afterwards. Pages that are isolated, or wait in a per-CPU batch, are passed
    /// over.
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
    private void clearReferences(Cpu cpu, int pfn) {
        if (mapcount(folios.state(cpu, pfn)) == 0) {
            return;
        }
        RmapWalk walk = walks[cpu.id];
        walk.start(folios.mapping(pfn));
        walk.enter(cpu);
        boolean used = false;
        while (walk.next()) {
            cpu.charge(Cost.RMAP_WALK);
            if (walk.lock(cpu, pfn)) {
                used |= clear(cpu, walk);
                walk.unlock(cpu);
            }
        }
        walk.leave(cpu);
        if (used) {
            folios.clear(cpu, pfn, IDLE);
        }
    }

    private boolean clear(Cpu cpu, RmapWalk walk) {
        MmuNotifierSubscriptions notifiers = walk.mm().notifiers();
        boolean used = Pte.testAndClearYoung(cpu, format, walk.at().words, walk.at().index);
        if (!notifiers.isEmpty()) {
            used |= notifiers.clearYoung(cpu, walk.vpn(), walk.vpn() + walk.pages());
        }
        return used;
    }
}
