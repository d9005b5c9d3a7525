package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Faults on private memory whose entry says that others may show the same page (`do_wp_page`), the
/// page of zeroes included.
///
/// Who finds itself alone with the page keeps it, and nobody has to be told. Else the page is
/// copied: secondary MMUs are told before the entry changes and after, within the fault, so a
/// lookup that caused it is stale by the time it has its page.
final class CopyOnWrite {
    private final PteFormat format;

    /// The mapping's reference and the one of who asks.
    private static final int OURS = 2;

    private final Folios folios;
    private final LruCache lru;
    private final PageAllocator allocator;
    private final UnusedSwapCache unused;

    CopyOnWrite(FaultContext host, UnusedSwapCache unused) {
        format = host.format();
        folios = host.folios();
        lru = host.lru();
        allocator = host.allocator();
        this.unused = unused;
    }

    /// Makes the page at `walk` this entry's alone, and writable if this is a write; or does
    /// nothing if the entry is not what was `seen` any more. mmap_lock is held for reading.
    ///
    /// @return [PageFaults#DONE] or [PageFaults#NOMEM]
    int resolve(Cpu cpu, Vma vma, long vpn, Walk walk, long seen, boolean write) {
        if (format.isZero(seen)) {
            return copy(cpu, vma, vpn, walk, seen, write);
        }
        int old = (int) format.pfn(seen);
        if (!folios.tryGet(cpu, old)) {
            return PageFaults.DONE;
        }
        int result =
                keep(cpu, vma, walk, seen, write)
                        ? PageFaults.DONE
                        : copy(cpu, vma, vpn, walk, seen, write);
        lru.put(cpu, old);
        return result;
    }

    /// Keeps the page if nobody else has it (`wp_can_reuse_anon_folio`, `wp_page_reuse`). Returns
    /// whether there is nothing left to do.
    private boolean keep(Cpu cpu, Vma vma, Walk walk, long seen, boolean write) {
        int pfn = (int) format.pfn(seen);
        long state = folios.state(cpu, pfn);
        if (mapcount(state) == 1) {
            if ((state & LRU) == 0) {
                // its reference would hide that the page is ours alone
                lru.drain(cpu);
            }
            if ((state & SWAPCACHE) != 0) {
                unused.leaveSwapCache(cpu, pfn);
            }
        }
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        long pte = cpu.load(walk.words, walk.index);
        boolean changed = !isStill(pte, seen);
        boolean alone = !changed && isAlone(folios.state(cpu, pfn));
        if (alone) {
            long more = write ? PteFormat.WRITABLE | PteFormat.DIRTY : 0;
            Pte.clear(cpu, format, walk.words, walk.index, PteFormat.SHARED);
            more |= PteFormat.ACCESSED | PteFormat.USER;
            Pte.set(cpu, format, walk.words, walk.index, more);
        }
        lock.unlock(cpu);
        return changed || alone;
    }

    /// Merged pages are nobody's own, whoever maps them.
    private static boolean isAlone(long state) {
        return mapcount(state) == 1
                && refcount(state) == OURS
                && (state & (SWAPCACHE | UNEVICTABLE)) == 0;
    }

    /// `wp_page_copy`. The page of zeroes is not copied and has no count.
    private int copy(Cpu cpu, Vma vma, long vpn, Walk walk, long seen, boolean write) {
        int old = (int) format.pfn(seen);
        int made = allocator.allocate(cpu, vma.mm().memcg(), ANON | UPTODATE);
        if (made < 0) {
            return PageFaults.NOMEM;
        }
        boolean zero = format.isZero(seen);
        if (zero) {
            allocator.zero(cpu, made, 1);
        } else {
            allocator.copy(cpu, old, made);
        }
        MmuNotifierSubscriptions notifiers = vma.mm().notifiers();
        notifiers.invalidateRangeStart(cpu, vpn, vpn + 1, true, InvalidationEvent.CLEAR);
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        boolean still = isStill(cpu.load(walk.words, walk.index), seen);
        if (still) {
            replace(cpu, vma, vpn, walk, made, write);
            if (!zero) {
                folios.removeMap(cpu, old);
            }
        }
        lock.unlock(cpu);
        notifiers.invalidateRangeEnd(cpu, vpn, vpn + 1);
        if (!still || !zero) {
            lru.put(cpu, still ? old : made);
        }
        return PageFaults.DONE;
    }

    /// Maps the copy in the place of what is there, under the entry's lock.
    private void replace(Cpu cpu, Vma vma, long vpn, Walk walk, int made, boolean write) {
        folios.setMapping(made, vma.object().id(), vma.index(vpn));
        folios.addMap(cpu, made);
        vma.mm().memcg().lruvec().statChanged(cpu, 1);
        lru.add(cpu, made, true);
        long leaf = PageFaults.leaf(vma, made, RadixTable.LEVEL_4K, write);
        cpu.swap(walk.words, walk.index, write ? leaf : format.readOnly(leaf));
    }

    private boolean isStill(long pte, long seen) {
        return format.isPresent(pte) && format.isShared(pte) && format.pfn(pte) == format.pfn(seen);
    }
}
