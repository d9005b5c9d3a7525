package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.PageWalk;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// Shows private memory at a second place: that of a child (`dup_mmap`, `copy_page_range`), or
/// another of the same process.
///
/// No page is copied. Both places show it read-only and know that they share it, in swap too, and
/// the first write at either copies it: see [CopyOnWrite]. A page that may be pinned is copied now,
/// for who has it pinned counts on what the process sees. Huge folios are taken apart first. (The
/// kernel shares their leaves, and takes one apart at the first write.)
public final class Fork {
    private final PteFormat format;

    private final Folios folios;
    private final LruCache lru;
    private final PageAllocator allocator;
    private final SwapArea swap;
    private final LockedSplit split;
    private final MappingChanges changes;
    private final UnusedSwapCache unused;
    private final MemorySteps steps;

    Fork(FaultContext host, LockedSplit split, MappingChanges changes, UnusedSwapCache unused) {
        format = host.format();
        steps = host.steps();
        folios = host.folios();
        lru = host.lru();
        allocator = host.allocator();
        swap = host.swap();
        this.split = split;
        this.changes = changes;
        this.unused = unused;
    }

    /// Maps what `vma`, of anonymous memory, shows at `start` of `to` as well. Nobody uses the new
    /// mapping before this returns.
    ///
    /// @return the new mapping; null if there are no page tables, or no memory for what is pinned
    /// @throws IllegalArgumentException if the place is not free
    public @Nullable Vma share(Cpu cpu, Vma vma, AddressSpace to, long start) {
        assert vma.object() instanceof AnonVma : "only private memory is shared by copies";
        AddressSpace mm = vma.mm();
        long pages = vma.end() - vma.start();
        Vma made = to.map(cpu, start, pages, vma.object(), vma.offset(), vma.writable());
        made.inherit(vma);
        mm.mmapLock().downWrite(cpu);
        takeApart(cpu, vma);
        boolean tells = steps.tellsOfFork();
        if (tells) {
            mm.notifiers()
                    .invalidateRangeStart(
                            cpu, vma.start(), vma.end(), true, InvalidationEvent.PROTECTION_PAGE);
        }
        boolean done = true;
        mm.forkBegins(cpu);
        PageWalk walk = new PageWalk();
        for (walk.start(mm, vma.start(), vma.end()); done && walk.next(cpu); ) {
            for (long vpn = walk.from(); done && vpn < walk.to(); vpn++) {
                done = one(cpu, vma, vpn, made, start + (vpn - vma.start()));
            }
        }
        mm.forkEnds(cpu);
        if (tells) {
            mm.notifiers().invalidateRangeEnd(cpu, vma.start(), vma.end());
        }
        mm.mmapLock().upWrite(cpu);
        if (!done) {
            changes.unmap(cpu, made);
            return null;
        }
        return made;
    }

    private void takeApart(Cpu cpu, Vma vma) {
        PageWalk walk = new PageWalk();
        for (walk.start(vma.mm(), vma.start(), vma.end()); walk.next(cpu); ) {
            long leaf = walk.at().entry;
            if (!walk.isTable() && format.isPage(leaf)) {
                split.split(cpu, (int) format.pfn(leaf));
            }
        }
    }

    /// Shares one page, if there is one; false if there is no room for its entry.
    private boolean one(Cpu cpu, Vma from, long vpn, Vma to, long target) {
        AddressSpace mm = from.mm();
        Walk walk = new Walk();
        mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level > RadixTable.LEVEL_2M) {
            return true;
        }
        cpu.charge(Cost.PTE_SCAN);
        QueuedSpinLock lock = mm.pteLock(walk);
        lock.lock(cpu);
        long entry = cpu.load(walk.words, walk.index);
        if (walk.level > RadixTable.LEVEL_4K && !format.isPage(entry)) {
            // zeroes, which a read there finds by itself
            entry = PteFormat.NONE;
        } else if (format.isSwap(entry)) {
            swap.duplicate(cpu, (int) format.swapSlot(entry));
            entry = format.with(entry, PteFormat.SHARED);
            Pte.set(cpu, walk.words, walk.index, entry);
        } else if (format.isPage(entry)) {
            int folio = (int) format.pfn(entry);
            folios.get(cpu, folio);
            if (isPinned(cpu, folio)) {
                lock.unlock(cpu);
                int page = folio + (int) (vpn & mm.tables().geometry.pages(walk.level) - 1);
                boolean done = copy(cpu, page, to, target);
                lru.put(cpu, folio);
                return done;
            }
            folios.addMap(cpu, folio);
            entry = Pte.setReadOnly(cpu, format, walk.words, walk.index);
            Pte.set(cpu, format, walk.words, walk.index, PteFormat.SHARED);
            entry = format.with(format.old(format.readOnly(entry)), PteFormat.SHARED);
        }
        lock.unlock(cpu);
        return format.isNone(entry) || install(cpu, to.mm(), target, entry);
    }

    /// A large folio that could not be taken apart is in somebody's hands.
    private boolean isPinned(Cpu cpu, int folio) {
        long state = folios.state(cpu, folio);
        return (state & LARGE) != 0 || refcount(state) >= PIN_BIAS;
    }

    private boolean copy(Cpu cpu, int page, Vma to, long target) {
        int made = allocator.allocate(cpu, to.mm().memcg(), ANON | UPTODATE);
        if (made < 0) {
            return false;
        }
        allocator.copy(cpu, page, made);
        folios.setMapping(made, to.object().id(), to.index(target));
        folios.addMap(cpu, made);
        lru.add(cpu, made, true);
        return install(
                cpu,
                to.mm(),
                target,
                PageFaults.leaf(to, made, RadixTable.LEVEL_4K, to.writable()));
    }

    /// Installs an entry that has its count and its reference, or gives them back.
    private boolean install(Cpu cpu, AddressSpace mm, long vpn, long entry) {
        Walk walk = new Walk();
        mm.tables().allocate(cpu, walk, mm.root(), vpn, RadixTable.LEVEL_4K, mm.tableCharge());
        if (walk.level == RadixTable.LEVEL_4K) {
            QueuedSpinLock lock = mm.pteLock(walk);
            lock.lock(cpu);
            assert format.isNone(cpu.load(walk.words, walk.index)) : "used before it was shared";
            Pte.set(cpu, walk.words, walk.index, entry);
            lock.unlock(cpu);
            return true;
        }
        if (format.isSwap(entry)) {
            unused.drop(cpu, swap.release(cpu, (int) format.swapSlot(entry)));
        } else {
            folios.removeMap(cpu, (int) format.pfn(entry));
            lru.put(cpu, (int) format.pfn(entry));
        }
        return false;
    }
}
