package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.huge.FolioSplit;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.lru.Workingset;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.mm.version.KernelVersion;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Faults on swap entries (`do_swap_page`).
///
/// Before 7.2, on a synchronous device with one user, the page goes around the swap cache: the slot
/// is claimed, read, and freed as the page is mapped, so the next eviction writes it again. 7.2 has
/// the page in the cache for just as long, which shows in where the LRU puts it. Otherwise it
/// enters the swap cache, with others that are read ahead, and keeps its slot; clean, it can then
/// be dropped without I/O. It gives the slot up if swap is nearly full, and before 7.2 if the fault
/// is a write: what has been changed goes to a new slot there, and in 7.2 to the one it had, so
/// that neighbours in memory stay neighbours on the device and reading ahead pays.
///
/// A fault that has to read is a major one; a page found in the swap cache, read ahead or not yet
/// given up by reclaim, is a minor one.
final class AnonSwapIn {
    private final PteFormat format;

    /// What the entry of a shared page gets only once the page was copied.
    private static final long COPIED_FIRST = PteFormat.WRITABLE | PteFormat.DIRTY;

    private final Folios folios;
    private final LruCache lru;
    private final Workingset workingset;
    private final PageAllocator allocator;
    private final SwapArea swap;
    private final SwapReadAhead readAhead;
    private final FolioWait wait;
    private final FolioSplit split;
    private final VmStat stat;
    private final MemorySteps steps;

    /// A page of one user on a synchronous device never enters the swap cache (before 7.2).
    private final boolean bypassesCache;

    /// A page read back by a read is mapped read-only, and a write to it later is a fault of its
    /// own (before 6.12).
    private final boolean writableOnWrite;

    /// It enters the swap cache, but leaves it again as it is mapped (7.2).
    private final boolean leavesCacheAtOnce;

    /// A page of one user that is read back by a write gives up its slot (before 7.2).
    private final boolean leavesCacheOnWrite;

    AnonSwapIn(FaultContext host, SwapReadAhead readAhead) {
        format = host.format();
        steps = host.steps();
        boolean synchronous = host.swap().device().synchronous();
        leavesCacheAtOnce = synchronous && !host.kernel().isBefore(KernelVersion.V7_2);
        bypassesCache = synchronous && !leavesCacheAtOnce;
        leavesCacheOnWrite = host.kernel().isBefore(KernelVersion.V7_2);
        writableOnWrite = host.kernel().isBefore(KernelVersion.V6_12);
        folios = host.folios();
        lru = host.lru();
        workingset = host.workingset();
        allocator = host.allocator();
        swap = host.swap();
        this.readAhead = readAhead;
        wait = host.folioWait();
        split = host.split();
        stat = host.stat();
    }

    int fault(Cpu cpu, Vma vma, long vpn, Walk walk, long entry, boolean write) {
        cpu.enter(KernelFunction.DO_SWAP_PAGE);
        int slot = (int) format.swapSlot(entry);
        int cached = swap.cached(cpu, slot);
        int result = PageFaults.DONE;
        if (cached >= 0 && (folios.peek(cpu, cached) & (LARGE | TAIL)) != 0) {
            splitCached(cpu, walk, entry, folios.folio(cpu, cached));
        } else if (cached >= 0) {
            if (folios.tryGet(cpu, cached)) {
                readAhead.foundAnon(cpu, vma, vpn, cached);
                mapCached(cpu, vma, vpn, walk, entry, slot, cached, write);
            }
        } else if (bypassesCache && swap.mappings(cpu, slot) == 1) {
            result = readAround(cpu, vma, vpn, walk, entry, slot, write);
        } else {
            int pfn =
                    leavesCacheAtOnce
                            ? readAhead.swapInOne(cpu, slot)
                            : readAhead.swapInAnon(cpu, vma, vpn, walk, slot);
            if (pfn >= 0) {
                stat.inc(cpu, VmEvent.PGMAJFAULT);
                vma.mm().memcg().lruvec().statChanged(cpu, 1);
                mapCached(cpu, vma, vpn, walk, entry, slot, pfn, write);
            } else if (pfn == SwapReadAhead.NOMEM) {
                result = PageFaults.NOMEM;
            } else {
                yieldUnlessChanged(cpu, walk, entry);
            }
        }
        cpu.exit();
        return result;
    }

    /// The page is still part of a folio that went to swap as a whole: takes that apart, so that
    /// the access, when it is tried again, finds the page alone.
    private void splitCached(Cpu cpu, Walk walk, long entry, int head) {
        if (!folios.tryGet(cpu, head)) {
            return;
        }
        wait.lock(cpu, head);
        wait.forWriteback(cpu, head);
        boolean whole = folios.test(cpu, head, LARGE);
        boolean done = !whole || split.split(cpu, head, false);
        wait.unlock(cpu, head);
        lru.put(cpu, head);
        if (!done) {
            yieldUnlessChanged(cpu, walk, entry);
        }
    }

    /// Maps a folio of the swap cache once it is read, and drops our reference.
    private void mapCached(
            Cpu cpu, Vma vma, long vpn, Walk walk, long entry, int slot, int pfn, boolean write) {
        wait.lock(cpu, pfn);
        boolean same =
                folios.test(cpu, pfn, SWAPCACHE)
                        && swap.cached(cpu, slot) == pfn
                        && folios.test(cpu, pfn, UPTODATE);
        if (same) {
            mapSwapCacheFolio(cpu, vma, vpn, walk, entry, slot, pfn, write);
        }
        wait.unlock(cpu, pfn);
        lru.put(cpu, pfn);
    }

    /// Maps a locked folio of the swap cache, and takes it out of there if nothing needs its slot.
    /// Before a write an add batch is flushed, whose reference would hide that the page is ours
    /// alone.
    private void mapSwapCacheFolio(
            Cpu cpu, Vma vma, long vpn, Walk walk, long entry, int slot, int pfn, boolean write) {
        if (write && !folios.test(cpu, pfn, LRU)) {
            lru.drain(cpu);
        }
        if (steps.waitsForWriteback()) {
            wait.forWriteback(cpu, pfn);
        }
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        if (isStill(cpu, walk, entry)) {
            swap.release(cpu, slot);
            boolean last = swap.mappings(cpu, slot) == 0;
            // our reference and the cache's
            boolean exclusive = refcount(folios.state(cpu, pfn)) == 2;
            boolean changed = leavesCacheOnWrite && write && exclusive;
            if (last && (leavesCacheAtOnce || changed || swap.isFull())) {
                leaveCache(cpu, slot, pfn);
            }
            folios.set(cpu, pfn, ANON);
            vma.mm().memcg().lruvec().statChanged(cpu, 1);
            boolean shared = format.isShared(entry) && !(last && isOurs(cpu, pfn));
            map(cpu, vma, vpn, walk, pfn, write, shared);
            folios.get(cpu, pfn);
        }
        lock.unlock(cpu);
    }

    /// Nobody else maps a page or has a reference of it; whether the swap cache has does not
    /// matter.
    private boolean isOurs(Cpu cpu, int pfn) {
        long state = folios.state(cpu, pfn);
        int cache = (state & SWAPCACHE) != 0 ? 1 : 0;
        return mapcount(state) == 0 && refcount(state) == 1 + cache;
    }

    private void map(
            Cpu cpu, Vma vma, long vpn, Walk walk, int pfn, boolean write, boolean shared) {
        folios.setMapping(pfn, vma.object().id(), vma.index(vpn));
        folios.addMap(cpu, pfn);
        long leaf = leaf(vma, pfn, write);
        Pte.set(
                cpu,
                walk.words,
                walk.index,
                shared ? format.with(format.without(leaf, COPIED_FIRST), PteFormat.SHARED) : leaf);
    }

    private long leaf(Vma vma, int pfn, boolean write) {
        long leaf = PageFaults.leaf(vma, pfn, RadixTable.LEVEL_4K, write);
        return write || !writableOnWrite ? leaf : format.readOnly(leaf);
    }

    /// `folio_free_swap`: the slot is not needed any more, so the page has no copy but itself.
    private void leaveCache(Cpu cpu, int slot, int pfn) {
        folios.update(cpu, pfn, SWAPCACHE, DIRTY);
        lru.lruvec(folios.peek(cpu, pfn)).statChanged(cpu, 1);
        swap.removeFromCache(cpu, slot, 0);
        folios.dropReference(cpu, pfn);
    }

    /// Synchronous device, one user: read it without the swap cache.
    private int readAround(
            Cpu cpu, Vma vma, long vpn, Walk walk, long entry, int slot, boolean write) {
        int pfn = allocator.allocate(cpu, vma.mm().memcg(), ANON | LOCKED);
        if (pfn < 0) {
            return PageFaults.NOMEM;
        }
        if (!swap.tryReserveCache(cpu, slot)) {
            wait.unlock(cpu, pfn);
            lru.put(cpu, pfn);
            yieldUnlessChanged(cpu, walk, entry);
            return PageFaults.DONE;
        }
        workingset.refault(cpu, pfn, swap.shadow(cpu, slot), true);
        lru.add(cpu, pfn, true);
        cpu.enter(KernelFunction.SWAP_READ);
        stat.inc(cpu, VmEvent.PGMAJFAULT);
        stat.inc(cpu, VmEvent.PSWPIN);
        vma.mm().memcg().lruvec().statChanged(cpu, 1);
        vma.mm().memcg().lruvec().swapIo(cpu, 1);
        readAhead.submit(cpu, slot, pfn);
        folios.set(cpu, pfn, UPTODATE);
        cpu.exit();
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        boolean same = isStill(cpu, walk, entry);
        if (same) {
            swap.releaseReserved(cpu, slot);
            vma.mm().memcg().lruvec().statChanged(cpu, 1);
            map(cpu, vma, vpn, walk, pfn, write, false);
        } else {
            // the slot is another page's by now
            swap.unreserve(cpu, slot);
        }
        lock.unlock(cpu);
        wait.unlock(cpu, pfn);
        if (!same) {
            lru.put(cpu, pfn);
        }
        return PageFaults.DONE;
    }

    private boolean isStill(Cpu cpu, Walk walk, long entry) {
        return !steps.asksForEntryLocked() || cpu.load(walk.words, walk.index) == entry;
    }

    /// Somebody else is reading the slot: let them, unless they have finished.
    private void yieldUnlessChanged(Cpu cpu, Walk walk, long entry) {
        if (cpu.load(walk.words, walk.index) == entry) {
            cpu.sleep(SwapReadAhead.RETRY_NANOS);
        }
    }
}
