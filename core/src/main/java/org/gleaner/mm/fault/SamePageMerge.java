package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.PageWalk;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Lets private pages of equal contents be one (`ksm`, `try_to_merge_two_pages`).
///
/// The page that stays is write-protected, with one invalidation, and becomes a *merged* page; the
/// one that goes is write-protected, compared, and replaced, with one each. A page that somebody
/// refers to besides its mappings is not merged: he might write to it, or count on its frame.
///
/// A write to either place copies, see [CopyOnWrite]; so does [#unmerge].
///
/// Merged pages are on no list and stay in memory while anybody maps them. (They did in the first
/// kernels that had them; later ones find all mappings and swap such pages.)
public final class SamePageMerge {
    private final PteFormat format;

    private final Folios folios;
    private final LruCache lru;
    private final FolioWait wait;
    private final PageAllocator allocator;
    private final UnusedSwapCache unused;
    private final PageFaults faults;
    private final MemorySteps steps;

    SamePageMerge(FaultContext host, UnusedSwapCache unused, PageFaults faults) {
        format = host.format();
        steps = host.steps();
        folios = host.folios();
        lru = host.lru();
        wait = host.folioWait();
        allocator = host.allocator();
        this.unused = unused;
        this.faults = faults;
    }

    /// Merges the page at `vpn` into the one at `keptVpn`. Both mappings are of anonymous memory.
    ///
    /// @return whether they are one now
    public boolean merge(Cpu cpu, Vma kept, long keptVpn, Vma vma, long vpn) {
        assert kept.object() instanceof AnonVma && vma.object() instanceof AnonVma;
        int stays = grab(cpu, kept, keptVpn);
        if (stays < 0) {
            return false;
        }
        boolean merged = false;
        if (isMerged(folios.peek(cpu, stays)) || toMerged(cpu, kept, keptVpn, stays)) {
            int goes = grab(cpu, vma, vpn);
            if (goes >= 0) {
                merged = goes != stays && into(cpu, vma, vpn, goes, stays);
                lru.put(cpu, goes);
            }
        }
        lru.put(cpu, stays);
        return merged;
    }

    /// Gives the page at `vpn` a copy of its own if it is merged (`break_ksm`). Returns
    /// [PageFaults#DONE] or an error.
    public int unmerge(Cpu cpu, Vma vma, long vpn) {
        return faults.unshare(cpu, vma.mm(), vpn);
    }

    /// Whether a page is merged.
    static boolean isMerged(long state) {
        return (state & (UNEVICTABLE | ANON)) == (UNEVICTABLE | ANON);
    }

    /// A reference of the small page that is mapped at `vpn`, which is out of the swap cache and no
    /// batch of this CPU then; or -1.
    private int grab(Cpu cpu, Vma vma, long vpn) {
        AddressSpace mm = vma.mm();
        mm.mmapLock().downRead(cpu);
        PageWalk walk = new PageWalk();
        int pfn = -1;
        if (walk.seek(cpu, mm, vpn, vpn + 1) && walk.isTable()) {
            walk.lock(cpu);
            long pte = cpu.load(walk.at().words, walk.at().index);
            if (format.isPage(pte)) {
                pfn = (int) format.pfn(pte);
                folios.get(cpu, pfn);
            }
            walk.unlock(cpu);
        }
        mm.mmapLock().upRead(cpu);
        if (pfn >= 0 && !isMerged(folios.peek(cpu, pfn))) {
            lru.drain(cpu);
            if (folios.test(cpu, pfn, SWAPCACHE)) {
                unused.leaveSwapCache(cpu, pfn);
            }
        }
        return pfn;
    }

    private boolean toMerged(Cpu cpu, Vma vma, long vpn, int pfn) {
        vma.mm().mmapLock().downRead(cpu);
        wait.lock(cpu, pfn);
        boolean done = writeProtect(cpu, vma, vpn, pfn) && leaveList(cpu, pfn);
        if (done) {
            folios.setMapping(pfn, 0, 0);
            folios.set(cpu, pfn, UNEVICTABLE);
        }
        wait.unlock(cpu, pfn);
        vma.mm().mmapLock().upRead(cpu);
        return done;
    }

    private boolean leaveList(Cpu cpu, int pfn) {
        if (!folios.testAndClear(cpu, pfn, LRU)) {
            return false;
        }
        Lruvec lruvec = lru.lruvec(folios.state(cpu, pfn));
        lruvec.lock().lock(cpu);
        lruvec.del(cpu, pfn);
        lruvec.lock().unlock(cpu);
        return true;
    }

    private boolean into(Cpu cpu, Vma vma, long vpn, int goes, int stays) {
        vma.mm().mmapLock().downRead(cpu);
        wait.lock(cpu, goes);
        boolean equal = writeProtect(cpu, vma, vpn, goes) && allocator.isSame(cpu, goes, stays);
        wait.unlock(cpu, goes);
        boolean done = equal && replace(cpu, vma, vpn, goes, stays);
        vma.mm().mmapLock().upRead(cpu);
        return done;
    }

    private interface Change {
        /// Under the entry's lock; returns whether it was possible.
        boolean apply(Cpu cpu, Walk at, long pte);
    }

    /// Changes the entry at `vpn` if it still shows `pfn`; secondary MMUs are told. mmap_lock
    /// is held for reading.
    private boolean change(Cpu cpu, Vma vma, long vpn, int pfn, Change change) {
        AddressSpace mm = vma.mm();
        Walk at = new Walk();
        mm.tables().find(cpu, at, mm.root(), vpn);
        boolean done = false;
        if (at.level == RadixTable.LEVEL_4K && mm.vma(vpn) == vma) {
            MmuNotifierSubscriptions notifiers = mm.notifiers();
            notifiers.invalidateRangeStart(cpu, vpn, vpn + 1, true, InvalidationEvent.CLEAR);
            QueuedSpinLock lock = mm.pteLock(at);
            lock.lock(cpu);
            long pte = cpu.load(at.words, at.index);
            done = format.isPage(pte) && format.pfn(pte) == pfn && change.apply(cpu, at, pte);
            lock.unlock(cpu);
            notifiers.invalidateRangeEnd(cpu, vpn, vpn + 1);
        }
        return done;
    }

    /// `write_protect_page`: undone if there are more references than mappings and ours.
    private boolean writeProtect(Cpu cpu, Vma vma, long vpn, int pfn) {
        return change(
                cpu,
                vma,
                vpn,
                pfn,
                (c, at, pte) -> {
                    long was = Pte.setReadOnly(c, format, at.words, at.index);
                    long state = folios.state(c, pfn);
                    boolean held =
                            refcount(state) != mapcount(state) + 1 && steps.countsBeforeMerge();
                    if ((state & SWAPCACHE) != 0 || held) {
                        long writable = format.flags(was) & PteFormat.WRITABLE;
                        Pte.set(c, format, at.words, at.index, writable);
                        return false;
                    }
                    Pte.set(c, format, at.words, at.index, PteFormat.SHARED);
                    return true;
                });
    }

    /// `replace_page`.
    private boolean replace(Cpu cpu, Vma vma, long vpn, int goes, int stays) {
        folios.get(cpu, stays);
        folios.addMap(cpu, stays);
        long flags = PteFormat.ACCESSED | PteFormat.SHARED;
        boolean done =
                change(
                        cpu,
                        vma,
                        vpn,
                        goes,
                        (c, at, pte) -> {
                            if (!format.isShared(pte)) {
                                return false;
                            }
                            c.swap(
                                    at.words,
                                    at.index,
                                    format.makeLeaf(stays, RadixTable.LEVEL_4K, flags));
                            folios.removeMap(c, goes);
                            return true;
                        });
        if (!done) {
            folios.removeMap(cpu, stays);
        }
        lru.put(cpu, done ? goes : stays);
        return done;
    }
}
