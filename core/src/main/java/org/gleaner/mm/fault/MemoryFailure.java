package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.IntConsumer;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.memory.HugetlbPool;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.HugetlbFile;
import org.gleaner.mm.space.InaccessibleFile;
import org.gleaner.mm.space.RmapObjects;
import org.gleaner.mm.space.RmapWalk;
import org.gleaner.pagetable.Walk;

/// What the host does when the memory of a page is found broken (`memory_failure`): no entry maps
/// it any more, whoever touches it learns why, and its frame is never used again.
///
/// Private memory, not while it is in the swap cache or on its way to a list; of a large folio,
/// which is split first, the other pages stay. And pages of the hugetlb pool, which cannot be
/// split: all 512 go with the one that is broken, from host and guests. The file keeps such a page,
/// and says of it to every later fault what it is. So does a file that no process can map.
public final class MemoryFailure {
    private final PteFormat format;

    private final Folios folios;
    private final LruCache lru;
    private final FolioWait wait;
    private final LockedSplit split;
    private final RmapObjects objects;
    private final HugetlbPool pool;

    /// Broken frames, or the first one of a hugetlb page. Each keeps a reference, so that it is
    /// never freed.
    private final Set<Integer> broken = new ConcurrentSkipListSet<>();

    MemoryFailure(FaultContext host, LockedSplit split) {
        format = host.format();
        folios = host.folios();
        lru = host.lru();
        wait = host.folioWait();
        this.split = split;
        objects = host.objects();
        pool = host.node().hugetlb();
    }

    /// The memory of a frame is broken. May sleep; no lock may be held.
    ///
    /// @return false if nothing could be done: it is free, a driver's, not private memory, or in
    ///     somebody's hands (`-EBUSY`)
    public boolean fail(Cpu cpu, int pfn) {
        int head = folios.folio(cpu, pfn);
        if (isHugetlb(folios.peek(cpu, head))) {
            return failHugetlb(cpu, head);
        }
        if (objects.get(Folios.mappingObject(folios.mapping(pfn))) instanceof InaccessibleFile f) {
            return failInaccessible(cpu, f, pfn);
        }
        if (isDriver(folios.peek(cpu, pfn)) || split.split(cpu, pfn) == LockedSplit.Outcome.HELD) {
            return false;
        }
        if (!folios.tryGet(cpu, pfn)) {
            return false;
        }
        lru.drain(cpu);
        wait.lock(cpu, pfn);
        long state = folios.state(cpu, pfn);
        boolean known = (state & (ANON | SWAPCACHE | WRITEBACK | LARGE)) == ANON;
        boolean taken = known && lru.takeOff(cpu, pfn);
        if (taken) {
            broken.add(pfn);
            unmap(cpu, pfn, 1);
        }
        wait.unlock(cpu, pfn);
        if (!taken) {
            lru.put(cpu, pfn);
        }
        return taken;
    }

    /// `try_memory_failure_hugetlb`, `me_huge_page`. One that is pinned or mapped anywhere is taken
    /// all the same; one that is free leaves the pool.
    private boolean failHugetlb(Cpu cpu, int head) {
        if (!folios.tryGet(cpu, head)) {
            boolean dissolved = pool.withdraw(cpu, head);
            if (dissolved) {
                broken.add(head);
            }
            return dissolved;
        }
        wait.lock(cpu, head);
        long mapping = folios.mapping(head);
        boolean taken =
                objects.get(Folios.mappingObject(mapping)) instanceof HugetlbFile file
                        && file.setBroken(
                                cpu, Folios.mappingIndex(mapping) / folios.hugePages, head);
        if (taken) {
            broken.add(head);
            unmap(cpu, head, folios.hugePages);
        }
        wait.unlock(cpu, head);
        if (!taken) {
            lru.put(cpu, head);
        }
        return taken;
    }

    /// A page of a file that no process maps: its owner takes it from who does. The lock is given
    /// up before, for the owner's own is outside of it; who finds the page from now on is told.
    private boolean failInaccessible(Cpu cpu, InaccessibleFile file, int pfn) {
        if (!folios.tryGet(cpu, pfn)) {
            return false;
        }
        wait.lock(cpu, pfn);
        long index = Folios.mappingIndex(folios.mapping(pfn));
        boolean taken = file.setBroken(cpu, index, pfn);
        wait.unlock(cpu, pfn);
        if (taken) {
            broken.add(pfn);
            file.tellBroken(cpu, index);
        } else {
            lru.put(cpu, pfn);
        }
        return taken;
    }

    /// Puts what says that they are broken in the place of every entry that shows a folio's pages.
    private void unmap(Cpu cpu, int pfn, int pages) {
        RmapWalk walk = new RmapWalk(objects);
        walk.start(folios.mapping(pfn));
        walk.enter(cpu);
        while (walk.next()) {
            AddressSpace mm = walk.mm();
            long vpn = walk.vpn();
            mm.notifiers()
                    .invalidateRangeStart(cpu, vpn, vpn + pages, true, InvalidationEvent.CLEAR);
            if (walk.lock(cpu, pfn)) {
                Walk at = walk.at();
                Pte.getAndClear(cpu, at.words, at.index);
                Pte.set(cpu, at.words, at.index, format.makePoison(pfn));
                folios.removeMap(cpu, pfn);
                walk.unlock(cpu);
                lru.put(cpu, pfn);
            }
            mm.notifiers().invalidateRangeEnd(cpu, vpn, vpn + pages);
        }
        walk.leave(cpu);
    }

    /// Every broken frame, each of which holds a reference. For checks of a host at rest.
    public void forEachBroken(IntConsumer action) {
        broken.forEach(action::accept);
    }
}
